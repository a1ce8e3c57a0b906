"""Words that say what the number beside them is, in English, Hinglish, Hindi and Marathi.

Longer words are looked up by their skeleton, so one spelling stands for all spellings and scripts.
"""

from typing import NamedTuple

from text.skeleton import skeleton_word


class Cue(NamedTuple):
    """What a word announces; a weak one does so only with a number word: "complaint no.", not "complaint"."""

    kind: str
    weak: bool = False


_STRONG = {
    "pnr": "pnr p.n.r pnrno पीएनआर पी.एन.आर",
    "consumer": "kno k.no ivrs bpno cano",
    "docket": "docket डॉकेट डाकेट",
    "utr": "utr rrn u.t.r यूटीआर आरआरएन utrno",
    "fir": "fir f.i.r एफआईआर एफ.आई.आर एफआयआर firno गु.र.नं गु.र.क्र",
    "pole": "pole poles khamba khambe khambha खंभा खंभे खम्भा खम्बा खंबा खंबे खांब खांबा पोल",
    "ward": "ward wards वार्ड वॉर्ड प्रभाग prabhag वार्डों",
    "train": "train trains ट्रेन रेलगाड़ी ट्रैन",
    "pin": "pin pincode पिन पिनकोड postal zip",
    "phone": "phone ph fone mobile mob mo call calling contact whatsapp watsapp wa tel telephone landline cell ring dial "
    "फोन मोबाइल मोबाईल मो कॉल संपर्क सम्पर्क व्हाट्सएप व्हाट्सऐप वॉट्सऐप लैंडलाइन sampark callme mobileno phoneno",
    "aadhaar": "aadhaar aadhar adhar adhaar uid uidai आधार आधारकार्ड",
    "card": "card debit credit visa mastercard rupay कार्ड डेबिट क्रेडिट",
    "account": "account a/c ac acc acct a/cno khata khate khaate acno खाता खाते खात्यात अकाउंट एकाउंट",
    "pan": "pan पैन",
    "upi": "upi gpay phonepe paytm bhim vpa यूपीआई फोनपे गूगलपे",
}
_WEAK = {
    "consumer": "consumer connection customer ca k bp rr meter subscriber उपभोक्ता कनेक्शन ग्राहक मीटर के grahak upbhokta "
    "upbhogta उपभोगता कंज्यूमर कन्ज्यूमर कस्टमर",
    "application": "application appl app avedan aavedan registration regn reg acknowledgement acknowledgment ack आवेदन "
    "अर्ज arj पंजीकरण पंजीयन पावती रजिस्ट्रेशन एप्लीकेशन नोंदणी",
    "complaint": "complaint complain compliant comp cmp shikayat grievance ticket token sr request शिकायत तक्रार takrar कंप्लेंट "
    "कम्प्लेंट कंप्लेन शिकायती complaintno टिकट टोकन",
    "utr": "transaction txn trans imps neft rtgs ट्रांजैक्शन लेनदेन ट्रान्झॅक्शन व्यवहार",
    "fir": "crime cr प्राथमिकी गुन्हा मुकदमा mukadma अपराध apradh gunha ncr csr gd",
    "docket": "case केस प्रकरण prakaran",
    "vehicle": "vehicle car bike truck auto bus scooter scooty gaadi gadi gari वाहन गाड़ी कार बाइक ट्रक ऑटो बस गाडी tempo "
    "टेम्पो plate",
}
NEUTRAL = "neutral"
"""The kind of a number that is no one's secret and no office's reference: money, an order, a roll number."""
VAGUE = Cue(NEUTRAL, weak=True)
"""A word that announces some number, not which."""
_NEUTRAL_STRONG = "rs inr rupees rupaye rupay रु रुपये रुपए रूपये otp tweet order invoice awb tracking roll challan"
_NEUTRAL_WEAK = "bill receipt booking ref reference parcel ऑर्डर चालान बिल रसीद बुकिंग"

NUMBER_WORDS = frozenset(
    [
        "no",
        "nos",
        "num",
        "number",
        "numbers",
        "id",
        "ids",
        "code",
        "नंबर",
        "नं",
        "न",
        "संख्या",
        "क्रमांक",
        "क्र",
        "आईडी",
        "नम्बर",
        "sankhya",
        "kramank",
        "nambar",
        "nambr",
        "numbar",
        "आयडी",
        "नंबरों",
        "नंबरवर",
        "नंबरला",
        "कोड",
    ]
)
FILLERS = frozenset(
    [
        "is",
        "are",
        "was",
        "my",
        "mera",
        "meri",
        "mere",
        "our",
        "hai",
        "h",
        "he",
        "ye",
        "yeh",
        "this",
        "the",
        "of",
        "for",
        "on",
        "at",
        "par",
        "pe",
        "to",
        "ka",
        "ki",
        "ke",
        "है",
        "हैं",
        "मेरा",
        "मेरी",
        "मेरे",
        "यह",
        "ये",
        "पर",
        "का",
        "की",
        "के",
        "आहे",
        "माझा",
        "माझी",
        "माझे",
        "आमचा",
        "हा",
        "ही",
        "वर",
        "se",
        "me",
        "करें",
        "kare",
        "karo",
        "kre",
        "karen",
        "us",
        "mujhe",
        "मुझे",
        "plz",
        "please",
        "regarding",
        "wala",
        "wali",
        "old",
        "new",
        "purana",
        "naya",
        "bill",
        "बिल",
        "and",
        "aur",
        "और",
        "व",
        "electricity",
        "water",
        "bijli",
        "linked",
        "dear",
        "sir",
        "status",
        "current",
        "wrong",
        "correct",
        "sahi",
        "galat",
        "सही",
        "गलत",
        "vide",
        "registered",
        "पत्र",
        "patra",
        "form",
        "फॉर्म",
    ]
)
UTILITY_WORDS = frozenset(["bill", "electricity", "water", "bijli", "बिजली", "पानी", "बिल", "वीज"])
"""Before "account" these make it a consumer's account, not a bank's."""
ORDINALS = frozenset(["th", "st", "nd", "rd", "wa", "va", "wan", "van", "वां", "वें", "वीं", "वा", "व्या", "वाँ"])
UNITS = frozenset(
    [
        "din",
        "dino",
        "days",
        "day",
        "ghante",
        "ghanta",
        "ghnte",
        "hours",
        "hour",
        "hrs",
        "hr",
        "mahine",
        "months",
        "month",
        "saal",
        "years",
        "year",
        "baje",
        "bje",
        "feet",
        "ft",
        "metre",
        "km",
        "log",
        "logo",
        "logon",
        "people",
        "baar",
        "bar",
        "times",
        "minute",
        "minutes",
        "min",
        "mins",
        "gharo",
        "ghar",
        "lakh",
        "crore",
        "percent",
        "rupees",
        "rs",
        "hafte",
        "week",
        "weeks",
        "दिन",
        "दिनों",
        "घंटे",
        "घंटा",
        "महीने",
        "साल",
        "बजे",
        "फीट",
        "मीटर",
        "किमी",
        "लोग",
        "लोगों",
        "बार",
        "मिनट",
        "घरों",
        "घर",
        "लाख",
        "करोड़",
        "रुपये",
        "दिवस",
        "तास",
        "महिने",
        "वर्षे",
        "वाजता",
        "हफ्ते",
        "सप्ताह",
        "kilo",
    ]
)
TRAIN_NAMES = frozenset(
    [
        "express",
        "exp",
        "mail",
        "rajdhani",
        "shatabdi",
        "duronto",
        "superfast",
        "sf",
        "passenger",
        "intercity",
        "garibrath",
        "humsafar",
        "vande",
        "tejas",
        "memu",
        "demu",
        "jansatabdi",
        "janshatabdi",
        "एक्सप्रेस",
        "मेल",
        "राजधानी",
        "शताब्दी",
        "दुरंतो",
        "पैसेंजर",
        "इंटरसिटी",
        "सुपरफास्ट",
        "वंदे",
        "गरीबरथ",
        "हमसफर",
        "मेमू",
    ]
)
JOURNEY_WORDS = frozenset(
    [
        "train",
        "ticket",
        "coach",
        "berth",
        "seat",
        "booking",
        "waitlist",
        "wl",
        "rac",
        "journey",
        "tte",
        "irctc",
        "platform",
        "station",
        "ट्रेन",
        "टिकट",
        "कोच",
        "बर्थ",
        "सीट",
        "यात्रा",
        "टीटीई",
        "स्टेशन",
        "प्लेटफार्म",
        "गाड़ी",
    ]
)


def _cues() -> dict[str, Cue]:
    table = {word: Cue(kind) for kind, listed in _STRONG.items() for word in listed.split()}
    table |= {word: Cue(kind, weak=True) for kind, listed in _WEAK.items() for word in listed.split()}
    table |= {word: Cue(NEUTRAL) for word in _NEUTRAL_STRONG.split()}
    table |= dict.fromkeys(_NEUTRAL_WEAK.split(), VAGUE)
    return table


_BY_WORD = _cues()
_SHORTEST_BY_SKELETON = 5
_BY_SKELETON = {skeleton_word(word): cue for word, cue in _BY_WORD.items() if len(word) >= _SHORTEST_BY_SKELETON}


def cue_of(word: str) -> Cue | None:
    """Give what a lower-cased word announces, or None."""
    found = _BY_WORD.get(word)
    if found is None and len(word) >= _SHORTEST_BY_SKELETON:
        return _BY_SKELETON.get(skeleton_word(word))
    return found
