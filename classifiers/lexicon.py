"""Words that mean the same to every department: asked to act, since when, not working, thanks, politics …

Written for this project in English, romanised Hindi, Hindi and Marathi. A word is looked up by its skeleton, so one
spelling stands for all spellings and scripts; words of up to three letters only as they are written, since
their skeletons are too many words' skeletons.
"""

from text.skeleton import skeleton_word

__all__ = ["CUES", "cues_of"]

_WORDS = {
    "ask": "please pls plz plzz plss kindly request requesting requested requests urge appeal help helpme madad मदद kripya kripaya krpya "
    "कृपया निवेदन nivedan विनंती vinanti anurodh अनुरोध prarthna प्रार्थना guhar गुहार dhyan ध्यान लक्ष laksh sangyan संज्ञान "
    "dakhal दखल assist attention intervene attend needful urgently bachao बचाओ वाचवा fariyad",
    "act": "fix repair resolve solve act action actions clean remove restore replace install arrest book karwai karyawahi karyavahi karvai "
    "कार्रवाई कार्यवाही कारवाई karo karen kijiye kijie kijiyega kare kariye karwao karwaye karwa करो करें करे कीजिए कीजिये करिए करवाएं करवाओ "
    "करावी करावे करा कराल करावा लगवा lagwao lagwa hatao hatwao हटाओ हटवाएं हटाएं हटवा काढा check dekho dekhiye देखो देखें देखिए पहा बघा "
    "investigate jaanch janch जांच चौकशी chaukashi samadhan समाधान nipatara निराकरण sudhar सुधार दुरुस्त durust dilao dilwao दिलाओ दिलाएं "
    "bhejo भेजो भेजें पाठवा roko रोको थांबवा band बंद thik theek ठीक",
    "since": "since se से पासून pasun last pichle pichhle पिछले मागील ago pahle पहले आधी kal कल काल yesterday subah सुबह सकाळी raat रात "
    "morning night today aaj आज आता now abhi अभी parso परसों",
    "unit": "din dino dinon days day दिन दिनों दिवस दिवसांपासून ghante ghanta ghanto hours hour hrs hr घंटे घंटों घंटा तास तासांपासून "
    "mahine mahina mahino months month महीने महीनों महिने महिन्यांपासून saal sal salo years year yrs साल सालों वर्ष वर्षे वर्षांपासून weeks week hafte "
    "hafta हफ्ते हफ्तों सप्ताह आठवडे आठवड्यापासून minutes mins min मिनट मिनिटे baje बजे वाजता",
    "not": "nahi nhi nai nahin nahee not no never none nobody nothing without na mat नहीं नही नाही नाय ना न मत बिना nako नको isn't "
    "wasn't don't doesn't didn't can't cannot won't haven't hasn't aren't isnt dont doesnt didnt cant wont havent hasnt koi कोई कोणी kuch कुछ "
    "काहीच unable refuse refused refuses refusing lack lacking fail failed fails",
    "service": "working work works come coming came comes receive received receiving reply replied respond responded response answer answering "
    "answered pick picking open opened available start started functioning run running stop stopped paid credited refund refunded aa aaya aaye aayi "
    "aata aati aate आ आया आई आए आता आती आते आला आली आले येत milta milti mila mili mile mil मिल मिला मिली मिलता मिलती मिले मिळत मिळाला मिळाली "
    "मिळाले chalta chalti chal chalu चल चलता चालू सुरू uthata uthate उठाता उठाते उचलत sunta sunte sunwai सुन सुनता सुनते सुनवाई ऐकत deta dete "
    "de दे देता देते दिया देत hua hui hue हुआ हुई हुए झाला झाली झाले होत lete लेते karta karte करता करते करत",
    "again": "again still yet repeatedly repeated reminder already twice thrice everyday daily every times multiple several many phir fir फिर "
    "dobara दोबारा दुबारा punha पुन्हा परत baar bar बार वारंवार बारबार abhi tak तक ajun अजून अद्याप अभीतक roz roj rozana रोज रोज़ दररोज hamesha "
    "हमेशा नेहमी always continuously lagatar लगातार सतत kitni कितनी kitna कितना किती follow followup",
    "asking": "when why how what where who which kab kyu kyun kyo kyon kaise kahan kaha kaun kya कब क्यों क्यूँ कैसे कहां कहाँ कौन क्या कधी का "
    "कसे कुठे कोण काय kadhi kuthe kay kashi kiti whether anyone",
    "thanks": "thanks thank thankyou thx tnx thanku gratitude grateful appreciate appreciated appreciation great good excellent superb awesome "
    "commendable kudos hats salute proud bravo wonderful amazing nice congratulations congrats welldone respect love dhanyavad dhanyawad "
    "dhanyavaad shukriya aabhar aabhari abhinandan badhai shabash धन्यवाद आभार आभारी शुक्रिया अभिनंदन बधाई शाबाश शाबाशी सलाम गर्व सराहनीय बढ़िया "
    "शानदार उत्तम छान मस्त कौतुक कौतुकास्पद mast badhiya shandar shaandar sarahniya solved resolved fixed restored prompt swift quick",
    "wish": "happy birthday wishes wish festival diwali holi eid merry morning evening jai jay hind vande bharat mata namaste namaskar pranam "
    "shubh shubhkamnaye shubhechha जय हिंद हिन्द शुभ शुभकामनाएं शुभकामना शुभेच्छा हार्दिक नमस्ते नमस्कार प्रणाम सुप्रभात जन्मदिन वाढदिवस "
    "दिवाली दिवाळी होली ईद श्रद्धांजलि नमन विनम्र rip condolences om shanti शांति blessed god bless",
    "politics": "government govt sarkar sarkaar सरकार party parties neta netaji netao नेता नेताजी नेते mantri मंत्री minister ministers chief cm pm "
    "mla mp vidhayak विधायक आमदार खासदार सांसद sansad election elections vote votes voter voters chunav चुनाव निवडणूक मतदान voting opposition "
    "vipaksh विपक्ष विरोधी politics political politician politicians rajneeti राजनीति राजकारण raajkaran ghotala घोटाला scam desh देश nation "
    "country democracy loktantra लोकतंत्र dharm धर्म religion hindu muslim hindus muslims हिंदू हिन्दू मुस्लिम मुसलमान bhakt भक्त secular "
    "modiji resign इस्तीफा istifa राजीनामा murdabad zindabad मुर्दाबाद जिंदाबाद secularism leader leaders rally sabha सभा jumla",
    "news": "report reported reports reportedly according sources source breaking news khabar खबर समाचार बातमी live update updates exclusive arrested "
    "nabbed held detained seized busted accused girftar गिरफ्तार अटक अटकेत ताब्यात killed injured dead dies died मौत मृत्यू घायल जखमी said says "
    "announced inaugurated launched udghatan उद्घाटन लोकार्पण बैठक baithak meeting reviewed inspection निरीक्षण chaired team टीम पथक recovered "
    "बरामद जप्त jawan मुलाखत article editorial via watch video श्री shri smt माननीय hon'ble honble crore lakh yojana योजना अभियान abhiyan campaign "
    "awareness जागरूकता जनजागृती participate register join download visit subscribe channel follow",
    "official": "noted forwarded concerned informed instructed necessary directed matter regret inconvenience regretted dm share details contact "
    "escalated assigned looking attended addressed team pls advise advised kindly citizens commuters motorists advisory diversion closed alternate "
    "request dial helpline toll-free सूचित निर्देशित अवगत संबंधित अग्रेषित प्रकरण आवश्यक हेतु प्रेषित थाना प्रभारी कळविण्यात कळवले संबंधितांना असुविधा "
    "गैरसोय नागरिकांनी नागरिकों commissioner officials department dept",
    "campaign": "vacancy vacancies recruitment bharti bharati भर्ती भरती result results exam exams परीक्षा joining notification seats seat justice "
    "nyay न्याय demand demands maang mang मांग मागणी want chahiye चाहिए हवी हवा पाहिजे halt thahrav ठहराव stoppage थांबा extend new nayi nai नई "
    "aspirants candidates students yuva युवा berojgar बेरोजगार unemployment increase trend twitter retweet support save protest andolan आंदोलन dharna",
    "where": "near opposite opp behind beside outside front between towards junction cross lane street gali गली road rd marg nagar colony sector "
    "phase block ward station stn chowk chauraha market bazar bazaar mohalla gaon village district tehsil area society building flat pass paas "
    "samne saamne pichhe पास सामने पीछे चौक चौराहा चौराहे नगर कॉलोनी सेक्टर वार्ड रोड मार्ग मोहल्ला गांव गाँव गाव जिला जिल्हा तहसील तालुका स्टेशन बाजार "
    "जवळ समोर मागे शेजारी परिसर परिसरात platform coach pole highway flyover bridge location address",
    "me": "i my me mine we our us i'm i've im mera meri mere mujhe mujhko main hum hamara hamari hamare humare humari humara humko hamein hume मेरा "
    "मेरी मेरे मुझे मैं हम हमारा हमारी हमारे हमें मला माझा माझी माझे माझ्या आम्ही आम्हाला आमचा आमची आमच्या आमचे maza mazi amchya amhala mala",
    "you": "you your yours u ur yourself tu tum tera teri tere tumhara tumhare tumhari aap apka aapka aapki aapke तू तुम तेरा तेरी तेरे तुम्हारे "
    "तुम्हारी तुम्हारा आप आपका आपकी आपके तुझा तुझी तुझ्या तुम्ही तुमचा तुमची तुमच्या bro bhai dude bhaiya भाई भाऊ रे अबे abe chal beta बेटा",
    "he": "he she they him her them his their vo woh wo unka unke uska uski वो वह उनका उनके उनको उसका उसकी उन्हें त्यांनी त्याने त्यांना ते तो ती "
    "these those people log लोग लोक janta जनता public everyone",
    "joke": "lol haha hahaha rofl lmao hehe 😂 🤣 😆 😜 😁 mazak joke troll meme funny comedy",
    "trouble": "problem problems issue issues complaint complain complaints shikayat शिकायत तक्रार takrar broken damaged damage leak leaking leakage "
    "dirty stinking smell overflow overflowing blocked stuck jam choked pothole potholes illegal illegally unauthorised unauthorized nuisance noise "
    "disturbing harassment harassing harassed fraud cheated cheating scammed duped danger dangerous pathetic worst bad horrible terrible poor "
    "negligence careless delay delayed late dikkat pareshan pareshani samasya kharab tuta tooti toota ganda gandagi badbu tang mushkil दिक्कत परेशान "
    "परेशानी समस्या खराब टूटा टूटी टूटे गंदा गंदगी गंदे बदबू तंग मुश्किल त्रास अडचण घाण दुर्गंध खड्डे खड्डा तुटला तुटलेली गड्ढे गड्ढा अवैध बेकायदा अनधिकृत "
    "suffering suffer facing waste pending rude misbehaved misbehave misbehaviour",
    "crime": "stolen theft robbed snatched snatching thief chor chori thieves beaten attack attacked assault threat threatening threatened dhamki "
    "murder rape kidnap kidnapped missing drugs drunk goons gunda gunde fir चोरी चोर लूट मारपीट धमकी हत्या अपहरण लापता गुंडे मारहाण धमक्या छेड़छाड़ "
    "marpit maarpeet loot loota blackmail abuse abused abusing abusive",
    "danger": "emergency urgent immediately critical accident dying die death bleeding unconscious fire aag आग burning collapsed collapse trapped "
    "drowning drown suicide aatmahatya आत्महत्या jaan जान जीव ambulance एम्बुलेंस रुग्णवाहिका bachaiye बचाइए बचाओ turant तुरंत तुरन्त तात्काळ ताबडतोब "
    "तत्काळ खतरा khatra धोका electrocuted current करंट shock stranded phanse फंसे अडकले serious gambhir गंभीर missing लापता बेपत्ता goli गोली knife "
    "chaku चाकू gas leak missing kidnapped help bachao",
    "rumour": "forward forwarded viral वायरल व्हायरल whatsapp व्हाट्सएप व्हॉट्सअप beware savdhan sawdhan saavdhan सावधान सतर्क satark alert suna सुना "
    "सुनने ऐकलं ऐकले share शेयर शेअर फॉरवर्ड everyone sabko सबको सर्वांना gang gir गिरोह टोळी poison poisoned jahar zeher ज़हर जहर विष shortage curfew "
    "leaked leak lockdown confirmed pakka sutron सूत्रों warning group groups reveal truth exposed sach सच",
    "denial": "fake false rumour rumours rumor rumors afwah afvah afwaah अफवाह अफवाहों अफवा अफवांवर फेक फर्जी farzi jhoot jhuth jhooth झूठ झूठी झूठा "
    "भ्रामक misleading factcheck fact clarify clarification खंडन baseless निराधार unfounded खोटी खोटे खोटा असत्य hoax debunked old पुराना पुरानी जुना",
    "true": "true verify verified confirm authentic real genuine sach सच सही sahi kharach खरंच खरे satya सत्य",
    "money": "rs rupees rupaye rupee money amount payment bribe rishwat ghoos paise paisa fine challan bill refund रुपये रुपए पैसे पैसा रिश्वत घूस "
    "लाच लाचखोरी दंड चालान बिल fees fee charge charges charging overcharging price cost salary pension पेंशन वेतन पगार",
    "sir": "sir ma'am madam maam sirji saheb sahab sahib ji respected dear sr सर साहब साहेब महोदय महोदया मैडम मॅडम जी आदरणीय मान्यवर श्रीमान hello hi",
    "should": "should must need needs ought suggest suggestion suggestions proposal propose idea sujhav सुझाव सूचना would could better hona होना "
    "chaahiye if agar अगर जर policy system instead",
}  # fmt: skip

CUES = tuple(sorted(_WORDS))
"""The names of the cues."""

_LONGEST_LITERAL = 3


def _tables() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    literal: dict[str, list[str]] = {}
    folded: dict[str, list[str]] = {}
    for cue, listed in _WORDS.items():
        for word in dict.fromkeys(listed.split()):
            literal.setdefault(word, []).append(cue)
            if len(word) > _LONGEST_LITERAL:
                key = skeleton_word(word)
                if key and cue not in folded.setdefault(key, []):
                    folded[key].append(cue)
    return {w: tuple(c) for w, c in literal.items()}, {k: tuple(c) for k, c in folded.items()}


_LITERAL, _FOLDED = _tables()


def cues_of(word: str) -> tuple[str, ...]:
    """The cues that a lower-cased word gives; most words give none."""
    found = _LITERAL.get(word)
    if found is not None:
        return found
    if len(word) <= _LONGEST_LITERAL:
        return ()
    return _FOLDED.get(skeleton_word(word), ())
