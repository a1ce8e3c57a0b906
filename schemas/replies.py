"""What citizens are told, as templates in the languages of the place."""

import re
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from schemas.entry import Code, Name, Strict
from schemas.labels import Sensitivity

__all__ = ["Prepared", "RebuttalTemplate", "Replies", "Template"]

_PLACE = re.compile(r"\{([^{}]*)\}")
LONGEST_REPLY = 1000


class Template(Strict):
    """A text by language (BCP 47, ``en`` is required) with ``{docket}``, ``{office}`` and ``{outcome}`` in it."""

    places: ClassVar[frozenset[str]] = frozenset({"docket", "office", "outcome"})

    en: str
    hi: str | None = None
    mr: str | None = None

    @model_validator(mode="after")
    def _known_places(self) -> Self:
        for text in filter(None, (self.en, self.hi, self.mr)):
            unknown = set(_PLACE.findall(text)) - self.places
            if unknown:
                known = ", ".join(sorted(self.places))
                raise ValueError(f"no such place: {', '.join(sorted(unknown))}; there are {known}")
            if len(text) > LONGEST_REPLY:
                raise ValueError(f"a reply has at most {LONGEST_REPLY} characters")
        return self

    @property
    def languages(self) -> tuple[str, ...]:
        """Those it has a text in."""
        return tuple(code for code in Template.model_fields if getattr(self, code) is not None)

    def said(self, language: str, **values: str) -> str:
        """The text in ``language``, or in its base language, or in English. Values are put in as they are."""
        base = language.partition("-")[0]
        text = getattr(self, base, None) if base in type(self).model_fields else None
        return _PLACE.sub(lambda place: values[place[1]], text or self.en)


class RebuttalTemplate(Template):
    """With ``{office}``, ``{finding}`` and ``{source}``: what is true, never the claim itself, which would be spread by
    it (Lewandowsky et al., "The Debunking Handbook 2020")."""

    places: ClassVar[frozenset[str]] = frozenset({"office", "finding", "source"})


class AlsoTemplate(Template):
    """With ``{reply}`` and ``{docket}``: what was said in a case, to those whose cases were merged into it."""

    places: ClassVar[frozenset[str]] = frozenset({"reply", "docket"})


class Prepared(Strict):
    """A text that officers begin their own reply with."""

    code: Code
    name: Name
    text: Template


PREPARED = (
    Prepared(
        code="looking",
        name=Name(en="We are looking into it", hi="हम देख रहे हैं", mr="आम्ही पाहत आहोत"),
        text=Template(
            en="{docket}: {office} is looking into your complaint and will tell you here what comes of it.",
            hi="{docket}: {office} आपकी शिकायत देख रहा है; परिणाम यहीं बताया जाएगा।",
            mr="{docket}: {office} तुमच्या तक्रारीची दखल घेत आहे; पुढील माहिती इथेच दिली जाईल.",
        ),
    ),
    Prepared(
        code="where",
        name=Name(en="Where is it?", hi="जगह कौन-सी है?", mr="जागा कोणती?"),
        text=Template(
            en="{docket}: please tell us the place: locality, nearest landmark. Do not post your phone number.",
            hi="{docket}: कृपया जगह बताएँ: मोहल्ला, पास का निशान। अपना फ़ोन नंबर यहाँ न लिखें।",
            mr="{docket}: कृपया जागा सांगा: परिसर, जवळची खूण. तुमचा फोन क्रमांक इथे लिहू नका.",
        ),
    ),
    Prepared(
        code="sent",
        name=Name(en="Our staff have been sent", hi="कर्मचारी भेजे गए", mr="कर्मचारी पाठवले"),
        text=Template(
            en="{docket}: our staff have been sent to look at it.",
            hi="{docket}: हमारे कर्मचारी देखने के लिए भेजे गए हैं।",
            mr="{docket}: आमचे कर्मचारी पाहणीसाठी पाठवले आहेत.",
        ),
    ),
)


ALSO = (
    AlsoTemplate(en="{reply}", hi="{reply}", mr="{reply}"),
    AlsoTemplate(en="To you as well: {reply}", hi="आपको भी सूचना: {reply}", mr="आपल्यालाही कळवत आहोत: {reply}"),
    AlsoTemplate(en="On your complaint: {reply}", hi="आपकी शिकायत पर: {reply}", mr="आपल्या तक्रारीबाबत: {reply}"),
    AlsoTemplate(en="{reply} ({docket})", hi="{reply} ({docket})", mr="{reply} ({docket})"),
)


class Replies(Strict):
    """The three replies of the DARPG's guidelines: that it was received, how it stands, how it ended; and what is said
    against a claim that was found to be wrong (``rebuttal``).

    ``prepared`` are texts for officers to begin with; a reply in a case of one of the sensitivities in ``approval``
    waits until a supervisor has approved it. ``also`` are the wordings, in turn, in which those hear the same whose
    cases were merged into the one that was answered.

    With ``acknowledge`` the first goes out by itself. Without, a reply goes out only when an officer says so, which is
    what platforms ask of an account.
    """

    acknowledge: bool = False
    acknowledgement: Template = Template(
        en="Your complaint is registered with {office} as {docket}. Please reply here if anything changes.",
        hi="आपकी शिकायत {office} में क्रमांक {docket} पर दर्ज है। कुछ बदले तो यहीं उत्तर दें।",
        mr="तुमची तक्रार {office} येथे {docket} क्रमांकाने नोंदवली आहे. काही बदलल्यास इथेच उत्तर द्या.",
    )
    final: Template = Template(
        en="{docket}: {outcome}. If you are not satisfied, reply here within the time for an appeal.",
        hi="{docket}: {outcome}। संतुष्ट न हों तो अपील की अवधि में यहीं उत्तर दें।",
        mr="{docket}: {outcome}. समाधान न झाल्यास अपील मुदतीत इथेच उत्तर द्या.",
    )
    prepared: tuple[Prepared, ...] = PREPARED
    approval: tuple[Sensitivity, ...] = ()
    also: Annotated[tuple[AlsoTemplate, ...], Field(min_length=1)] = ALSO
    rebuttal: RebuttalTemplate = RebuttalTemplate(
        en="{office}: {finding} Details: {source} Please pass on only what you have checked.",
        hi="{office}: {finding} विवरण: {source} कृपया जाँचे बिना कुछ आगे न भेजें।",
        mr="{office}: {finding} तपशील: {source} कृपया खात्री केल्याशिवाय पुढे पाठवू नका.",
    )
