"""What makes a post need care, tuned to miss little: the model's word, or a plain word that leaves no doubt.

The marks are of the post, never of its author, and a person sees them before anything is shown to anyone else.
"""

from collections.abc import Sequence

from classifiers.reading import Reading
from schemas.labels import Sensitivity
from text.skeleton import skeleton_word

__all__ = ["SENSITIVITY_HEAD", "sensitivity_of"]

SENSITIVITY_HEAD = "sensitivity"

_SUSPICION = 0.25
"""Probability from which the model's suspicion counts: low, since a missed victim costs more than a second look."""

_PLAIN = {
    Sensitivity.SEXUAL_OFFENCE: "rape raped rapist gangrape molest molested molestation molesting balatkar बलात्कार दुष्कर्म dushkarm "
    "chhedchhad chedchad छेड़छाड़ विनयभंग vinaybhang अश्लील ashleel masturbating flashing groped groping छेड़खानी",
    Sensitivity.SELF_HARM: "suicide suicidal aatmahatya atmahatya आत्महत्या खुदकुशी khudkushi",
    Sensitivity.COMMUNAL: "communal दंगा danga riot riots dange दंगे दंगल lynching lynched सांप्रदायिक blasphemy",
    Sensitivity.CHILD: "pocso childline minor नाबालिग nabalig अल्पवयीन बालविवाह बालमजदूरी minors",
    Sensitivity.CUSTODY: "lockup custody custodial हवालात hawalat कोठडी कोठडीत हिरासत hirasat encounter lock-up",
    Sensitivity.ELECTION: "evm booth polling आचारसंहिता आचारसंहितेचा matdan मतदान मतदाता voter ballot election elections चुनाव chunav निवडणूक",
}
_BY_KEY: dict[str, Sensitivity] = {
    skeleton_word(word): mark for mark, listed in _PLAIN.items() for word in listed.split()
}


def sensitivity_of(reading: Reading, labels: Sequence[str], shares: Sequence[float]) -> tuple[Sensitivity, ...]:
    """Give the marks of a post in the order of the labels; ``shares`` are the probabilities of the head's labels."""
    marks = {_BY_KEY[token.name] for token in reading.tokens if token.name in _BY_KEY}
    marks.update(Sensitivity(label) for label, share in zip(labels, shares, strict=True) if share >= _SUSPICION)
    return tuple(mark for mark in Sensitivity if mark in marks) if marks else ()
