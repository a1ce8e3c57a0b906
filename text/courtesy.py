"""What a post says besides its matter: it greets, pleads, and passes on. Two copies may differ in that.

Words are compared by their skeletons, so that one spelling stands for all spellings and scripts.
"""

import re

from text.normalise import strip_addresses
from text.skeleton import skeleton

__all__ = ["appeals", "is_only_thanks", "matter", "objects", "thanks"]


def _keys(words: str) -> frozenset[str]:
    return frozenset(skeleton(words).split())


_TAGS_AROUND = re.compile(r"^(?:\s*#\S+)+\s|(?:\s#\S+)+\s*$")
"""Hashtags before and after the sentence; one within it may be a word of it."""

_COURTESY = _keys(
    "please pls plz plzz kindly sir sirji madam mam maam mahoday shriman ji dear respected hello namaste namaskar "
    "request requesting appeal help helpme urgent urgently asap immediately look into this the it at to on and of "
    "take note notice necessary needful action attention do something "
    "rt retweet repost share viral forwarded received cc fyi via again "
    "kripya kripaya krupaya nivedan vinanti anurodh prarthna madad jaldi shighra turant tatkal dhyan laksh sangyan "
    "karwai karyavahi lein le len den dein dijiye karen kare kijiye kijie karave dekhiye dekhen dekho bagha paha "
    "ko is iss isko ispar par pe aur bhai sahab saheb "
    "कृपया महोदय श्रीमान जी नमस्ते नमस्कार निवेदन विनंती विनती अनुरोध प्रार्थना मदद जल्दी शीघ्र तुरंत तत्काल ध्यान लक्ष संज्ञान "
    "कार्रवाई कार्यवाही कारवाई लें ले दें दीजिए करें करे कीजिए करावी देखिए देखें देखो बघा पहा को इस इसको पर और साहब "
)


_THANKS = _keys(
    "thanks thank thankyou thanku thx tnx grateful gratitude appreciate appreciated satisfied resolved solved "
    "dhanyavad dhanyawad dhanyavaad dhanywad shukriya aabhar abhar aabhari meherbani santusht samadhani "
    "धन्यवाद आभार आभारी शुक्रिया मेहरबानी संतुष्ट सन्तुष्ट समाधानी ধন্যবাদ આભાર ધન્યવાદ ਧੰਨਵਾਦ ଧନ୍ୟବାଦ நன்றி ధన్యవాదాలు ధన్యవాదములు "
    "ಧನ್ಯವಾದ ಧನ್ಯವಾದಗಳು നന്ദി شکریہ"
)
_ASSENT = _keys(
    "ok okay okk noted great good nice very much so for you your work team all is sir madam ji hai hain hm hum ab now "
    "theek thik sahi achha accha bahut bohot kaam hua ho gaya gayi aapka apka aapko aap hi problem issue samasya hal "
    "ठीक सही अच्छा बहुत काम हुआ हो गया गई आपका आपको आप हम है हैं अब समस्या हल खूप छान झाले झालं आहे आपले आपला"
)
_OBJECTION = _keys(
    "nahi nahin not no never none nothing without but however although still again yet only cannot cant didnt isnt "
    "lekin magar parantu kintu dobara dubara punha ajun adyap adhura adhuri incomplete half jhooth jhoot jhuth farzi "
    "farji fake galat wrong false lie lies waisa vaisa waisi same worse bekar useless kharab toota karwa karwao karva "
    "karwaiye dijiye kijiye reopen unresolved unsolved "
    "नहीं नही ना नाही लेकिन मगर परंतु किंतु दोबारा दुबारा पुन्हा परत अजून अद्याप अधूरा अधूरी झूठ झूठा खोटे फर्जी गलत चूक वैसा वैसी "
    "तसाच तशीच बेकार खराब टूटा करवा करवाओ करवाइए दीजिए कीजिए"
)
_APPEAL = _keys(
    "appeal apil reopen unsatisfied dissatisfied asantusht jhooth jhoot jhuth farzi farji fake "
    "अपील असंतुष्ट असमाधानी झूठ झूठा खोटे फर्जी"
)
_NEGATION = _keys("not no nahi nahin nahee nhi naahi नहीं नही नाही") | {"na"}
_CONTENT = _keys("satisfied santusht samadhan samadhani संतुष्ट सन्तुष्ट समाधान समाधानी")
_GESTURES = frozenset("👍🙏👏😊🙂😀❤💐🤝✅🎉")


def matter(text: str) -> list[str]:
    """The skeletons of the words that say what a post is about, in their order.

    Left out are handles, links, hashtags around the sentence, and words of address, plea and passing on.
    """
    return [word for word in skeleton(_TAGS_AROUND.sub(" ", strip_addresses(text))).split() if word not in _COURTESY]


def thanks(text: str) -> bool:
    """Whether a text thanks or agrees and says nothing against it; what else it says is not looked at."""
    words = _words(text)
    return not _OBJECTION & words and (bool(_THANKS & words) or is_only_thanks(text))


def is_only_thanks(text: str) -> bool:
    """Whether a text is nothing but thanks or assent: "ok", "theek hai", a thumb."""
    words = _words(text) - _COURTESY
    return words <= _THANKS | _ASSENT if words else not _GESTURES.isdisjoint(text)


def objects(text: str) -> bool:
    """Whether a text has a word by which one objects, or asks for more."""
    return bool(_OBJECTION & _words(text))


def appeals(text: str) -> bool:
    """Whether a text says that its writer is not content with what was done: "not satisfied", "झूठा निस्तारण"."""
    words = _words(text)
    return bool(_APPEAL & words) or bool(_NEGATION & words and _CONTENT & words)


def _words(text: str) -> frozenset[str]:
    return _keys(strip_addresses(text))
