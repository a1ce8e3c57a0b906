"""A channel of people, for tests of what is said through one."""

from streams.channels import ChannelDownError, Message

__all__ = ["Phone"]


class Phone:
    """A channel that fails, or dies after it has said something, when told to."""

    name = "phone"

    def __init__(self) -> None:
        self.said: list[Message] = []
        self.is_down = False
        self.dies = False

    def send(self, message: Message) -> None:
        if self.is_down:
            raise ChannelDownError(self.name)
        self.said.append(message)
        if self.dies:
            raise KeyboardInterrupt
