"""Whether a post asks for help or says what is lacking now: such posts are never offered as rumours."""

from functools import cache

from alerts.concepts import concepts_of, key_of
from alerts.wording import keys_said

__all__ = ["is_plea"]

_ASKING = """
    sos madad madat sahayata sahayta help bachao bachaao vachva urgent needed need require required chahiye pahije hava
    havi stranded stuck trapped phanse fase adkale guhar plz please kripya kripaya request nivedan vinanti appeal
    available unavailable kami shortage killat tutavda
"""
_LACKING = "no without nahi nahin nai bina nahiye naahi kadhi zero stopped failure outage"
_TO_COME = "will would shall tomorrow kal udya soon hoga hogi honge rahega rahegi rahenge milega milegi"
"""What is foretold may be a rumour ("no petrol from tomorrow"); what is lacking now is a complaint."""

_SERVICES = frozenset(
    ("water", "electricity", "gas", "ration", "oxygen", "medicine", "fuel", "internet", "bus", "milk", "food", "doctor")
)
_LEAST_ASKING = 2
"""Words of asking that make a plea; one alone also stands in many a forwarded warning."""


def is_plea(text: str) -> bool:
    keys = keys_said(text)
    if len(keys & _keys(_ASKING)) >= _LEAST_ASKING:
        return True
    lacking = not keys.isdisjoint(_keys(_LACKING)) and keys.isdisjoint(_keys(_TO_COME))
    return lacking and any(name in _SERVICES for key in keys for name in concepts_of(key))


@cache
def _keys(spelt: str) -> frozenset[str]:
    return frozenset(map(key_of, spelt.split()))
