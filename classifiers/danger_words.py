"""Words and phrases that speak of danger and of when it is: the data of ``classifiers.danger``, written for this project.

Entries are those of ``classifiers.topic_words``: looked up by skeleton, ``*`` ends a stem, ``_`` joins a phrase.
No native speaker has read the words of the ten languages beside Hindi, Marathi and English.
"""

__all__ = ["DANGERS", "SETTINGS"]

DANGERS = {
    "fire": "fire flames flame burning ablaze blaze engulfed aag aagg आग लपट* lapat* धधक* dhadhak* jal_raha jal_rahi jal_rahe जल_रहा जल_रही जल_रहे jal_gaya "
    "dhuan dhuaan dhua धुआं धुआँ धूर dhoor smoke smoking spark sparks sparking chingari चिंगारी चिनगारी ठिणग* thinag* स्पार्किंग blast blasted explosion explode exploded "
    "dhamaka धमाका विस्फोट visfot स्फोट sphot burnt_alive आगीत aagit aagi पेटल* petla* petli jwala ज्वाला আগুন* ধোঁয়া aagun agun આગ ધુમાડો ભડકો ਅੱਗ ਧੂੰਆਂ ਭਾਂਬੜ "
    "தீ தீப்பிடி* புகை pogai thee_pidi* pugai nerruppu நெருப்பு మంటలు మంట* పొగ manta mantalu poga ಬೆಂಕಿ* ಹೊಗೆ benki hoge തീ തീപിടി* പുക theepidi* ନିଆଁ ଧୂଆଁ nian آگ دھواں شعلے آगलागी धुवाँ aago आगो dhuwa",
    "current": "live_wire live_wires electrocut* shock shocks karant karent current_aa current_laga करंट करन्ट करेंट शॉक वीजेचा_धक्का विजेचा_धक्का shok wire_gir* taar_toot* taar_gir* "
    "तार_टूट* तार_गिर* टूटा_तार लटक* latak* tar_tut* तार_तुट* तुटलेली_तार high_tension ht_line 11kv gyarah_hazar ग्यारह_हजार snapped wire_fell fallen_wire wire_down exposed_wire exposed_wires naked_wire nangi_taar nange_taar "
    "नंगी_तार नंगे_तार khula_taar খোলা_তার বিদ্যুৎস্পৃষ্ট শক তার_ছিঁড়ে કરંટ વાયર_તૂટ* ਕਰੰਟ ਤਾਰ_ਟੁੱਟ* மின்சாரம்_தாக்க* ஷாக் கரண்ட்_கம்பி அறுந்து* aruntu kambi షాక్ తీగ_తెగి* తీగలు_తెగి* karentu కరెంట్_తీగ* ಶಾಕ್ ತಂತಿ_ಕಡಿ* tanti ഷോക്ക് കമ്പി_പൊട്ടി* "
    "ସକ୍ ତାର_ଛିଡ଼* کرنٹ تار_گر करेन्ट_लाग*",
    "gas": "gas_leak gas_leaking gas_leakage leaking leak leakage gas_ki_smell gas_smell smell_of_gas गैस_लीक गैस_रिस* गैस_की_गंध गॅस_गळती गळती chlorine ammonia fumes क्लोरीन अमोनिया toxic जहरीली zehrili "
    "जहरीला suffocat* dum_ghut* दम_घुट* गुदमर* gudmar* গ্যাস_লিক ગેસ_લીક ਗੈਸ_ਲੀਕ கேஸ்_லீக் வாயு_கசிவு గ్యాస్_లీక్ gas_leke ಗ್ಯಾಸ್_ಸೋರಿಕೆ ಸೋರಿಕೆ ഗ്യാസ്_ചോർച്ച ചോർച്ച ଗ୍ୟାସ_ଲିକ گیس_لیک ग्यास_चुहि* ग्यास_लिक",
    "water": "drown* drowning doob* dub_raha dub_rahi dub_gaya डूब* डुब* बुडत* बुडाल* budal* budat* beh_gaya beh_gayi beh_gya bah_gaya bah_raha बह_गया बह_गई बह_गए बह_रहा वाहून_गेल* vahun swept_away washed_away swept marooned "
    "stranded flood floods flooding flooded baadh baad_aa बाढ़ बाढ़ पूर_आल* puraat पुरात boat boats नाव naav nauka rising water_rising rooftop chhat_par छत_पर छतों_पर पत्र्यावर ndrf sdrf एनडीआरएफ ডুবে* বন্যা* ভেসে_গে* নৌকা "
    "ડૂબ* પૂર તણાઈ હોડી ਡੁੱਬ* ਹੜ੍ਹ ਰੁੜ੍ਹ ਕਿਸ਼ਤੀ மூழ்கி* மூழ்க* வெள்ளம்_சூழ் வெள்ளத்தில் படகு moozhgi vellam_vandh* మునిగి* మునిగిపో* వరద* కొట్టుకుపో* పడవ munigi varada ಮುಳುಗ* ಪ್ರವಾಹ ಕೊಚ್ಚಿ* ದೋಣಿ mulug* "
    "മുങ്ങി* മുങ്ങ* പ്രളയം ഒഴുകിപ്പോ* ബോട്ട് ବୁଡ଼ି* ବନ୍ୟା ଭାସି ଡଙ୍ଗା ڈوب سیلاب بہہ کشتی बाढी बगा* डुबे*",
    "collapse": "collaps* caved cave_in fell_on fallen_on crumbl* crack_widen* giraa dhah* ढह* ढहा dhas* धंस* धँस* गिर_गई_दीवार deewar_gir* दीवार_गिर* chhat_gir* छत_गिर* इमारत_गिर* building_gir* malbe मलबे मलबा malba "
    "debris rubble कोसळल* कोसळ* kosal* ढिगाऱ्याखाली दरड* darad landslide bhuskhalan भूस्खलन tilting about_to_fall girne_wala girne_wali गिरने_वाला गिरने_वाली girnewala पडण्याच्या_बेतात ধসে* ভেঙে_পড়* ધરાશાયી તૂટી_પડ* ਢਹਿ* "
    "இடிந்து* இடிஞ்சு* சரிந்து* కూలి* కూలిపో* kooli ಕುಸಿ* kusid* ഇടിഞ്ഞ* തകർന്നു* ഉരുൾപൊട്ടൽ ଭୁଷୁଡ଼ି ଧସି گر_گئی_چھت ملبے पहिरो भत्कि*",
    "trapped": "trapped stuck_inside stuck_in_lift locked_inside locked_in locked_up confined captive hostage fas_gay* phas_gay* phans* fanse फंस* फँस* अडकल* अडकले adakl* atke_hue andar_band अंदर_बंद अंदर_फंस* band_kar_diya "
    "बंद_कर_दिया कोंडून कोंडल* kondun bandhak बंधक qaid कैद lift_me_band lift_mein_band manhole_me_gir* मैनहोल_में_गिर* gaddhe_me_gir* borewell_me बोरवेल_में pit_fell fell_into fallen_into fell_in आटका* আটকে* ফেঁসে ફસા* ਫਸ* ਫਸੇ சிக்கி* "
    "மாட்டி* மாட்டிக்கிட்ட* sikki maatti చిక్కుకు* ఇరుక్కు* chikkuku* irukku* ಸಿಲುಕ* ಸಿಕ್ಕಿಹಾಕಿ* silik* കുടുങ്ങി* കുടുങ്ങ* kudungi ଫସି* ଅଟକି* پھنس بند_کر_دیا फसे* थुनि*",
    "breath": "no_oxygen oxygen ऑक्सीजन ऑक्सिजन oksijan saans saas_nahi sans_nahi saans_nahi सांस साँस श्वास breath* breathless breathing gasping choking spo2 ventilator वेंटिलेटर व्हेंटिलेटर dhaap धाप অক্সিজেন শ্বাস* ઓક્સિજન શ્વાસ "
    "ਆਕਸੀਜਨ ਸਾਹ மூச்சு* ஆக்சிஜன் moochu ఊపిరి ఆక్సిజన్ oopiri ಉಸಿರು ಆಮ್ಲಜನಕ usiru ശ്വാസം ഓക്സിജൻ shwasam ଅକ୍ସିଜେନ ନିଶ୍ୱାସ آکسیجن سانس अक्सिजन सास_फेर्न",
    "body": "bleed* blood khoon khun खून ख़ून रक्त rakt raktasrav unconscious unresponsive collapsed fainted passed_out not_moving isn't_moving behosh बेहोश बेशुद्ध beshuddh हिल_नहीं hil_nahi seizure seizures seizing convulsion* daura दौरा "
    "झटके heart_attack chest_pain seene_me_dard सीने_में_दर्द छातीत_दुख* chhati_me labour_pain labor_pain prasav प्रसव प्रसूती prasuti delivery_pain kalा* जचकी stroke paralysis tadap* तड़प* तड़फड* tadaf* writhing injured ghayal घायल जखमी jakhmi "
    "zakhmi critical serious gambhir गंभीर gambheer sar_phat* सिर_फट* haath_kat* fracture burns jhulas* झुलस* भाजल* snake sanp saanp सांप साँप साप_चाव* snakebite sanp_kat* saap poison zeher_kha zahar जहर_खा* convuls* vomiting_blood "
    "রক্ত* অজ্ঞান আহত সাপ প্রসব খিঁচুনি લોહી બેભાન ઘાયલ સાપ પ્રસૂતિ ਖੂਨ ਬੇਹੋਸ਼ ਜ਼ਖਮੀ ਸੱਪ இரத்த* ரத்த* மயங்கி* மயக்கம் பாம்பு பிரசவ* வலிப்பு ratham mayangi paambu రక్తం స్పృహ గాయ* పాము నొప్పులు ఫిట్స్ raktam spruha paamu ರಕ್ತ* ಪ್ರಜ್ಞೆ ಗಾಯ* ಹಾವು ಹೆರಿಗೆ "
    "prajne haavu രക്തം ബോധം പരിക്ക* പാമ്പ് പ്രസവ* bodham raktham ରକ୍ତ ଅଚେତ ଆହତ ସାପ خون بےہوش زخمی سانپ रगत बेहोस घाइते सर्प* सुत्केरी",
    "violence": "attack* attacking assault* beating beat_up beaten thrash* maar_raha maar_rahe maar_rahi maar_rhe mar_rahe peet_raha peet_rahe pit_rahe मार_रहा मार_रहे मार_रही पीट_रहा पीट_रहे पीट_रही मारत_आह* मारतोय मारहाण marhaan marhan hamla हमला हल्ला halla stab* "
    "chaku चाकू चाकु chaaku knife sword talwar तलवार koyta कोयता gun pistol पिस्तौल पिस्तूल katta कट्टा tamancha तमंचा firing fired goli गोली गोळ्या golibar गोलीबारी gunshot* shots mob lynch* bheed_ne भीड़_ने जमाव jamav pathrav पथराव पत्थरबाज़* "
    "patthar_chal* दगडफेक dagadfek stone_pelting riot danga दंगा दंगल gala_dab* गला_दबा* strangl* kidnap* abduct* apharan अपहरण utha_le_gay* उठा_ले_गए उठा_ले_गया uthakar पळवून rape* balatkar बलात्कार chhed* molest* acid तेज़ाब तेजाब tezab "
    "dhamki धमकी धमक्या threat* threatening jaan_se_maar* जान_से_मार* जिवे_मार* darwaza_tod* दरवाजा_तोड़* breaking_the_door breaking_in intruder ghus_aay* घुस_आए ghus_gay* घुस_गए घुसल* ghusle robbery loot_rahe लूट_रहे dakait* डकैत* bomb बम grenade explosive "
    "মারছে মারধর ছুরি গুলি হামলা অপহরণ ধর্ষণ মেরে_ফেল* મારી_રહ્યા હુમલો છરી ગોળી અપહરણ ਕੁੱਟ* ਮਾਰ_ਰਹੇ ਹਮਲਾ ਗੋਲੀ ਚਾਕੂ அடிக்கிறா* அடிக்கிறார்கள் தாக்கு* கத்தி வெட்டு* கடத்த* adikkira* kaththi kadathi కొడుతున్నా* దాడి కత్తి కిడ్నాప్ చంపు* kodutunna* daadi katti "
    "ಹೊಡೆಯು* ಹೊಡಿತಾ* ದಾಳಿ ಚಾಕು ಅಪಹರಣ hodita* തല്ലുന്നു* ആക്രമി* കത്തി തട്ടിക്കൊണ്ടുപോ* ମାରୁଛନ୍ତି ଆକ୍ରମଣ ଛୁରୀ ଗୁଳି مار_رہے حملہ چاقو گولی اغوا कुट्दै* आक्रमण चक्कु गोली_चल*",
    "missing": "missing lapata laapata लापता gumshuda गुमशुदा gayab_hai gum_ho गुम_हो gum_gaya hrvl* हरवल* haravla* haravli बेपत्ता bepatta not_returned hasn't_returned ghar_nahi_aaya ghar_nahi_aayi घर_नहीं_आया घर_नहीं_आई घर_नहीं_लौट* ghar_nahi_laut* "
    "घरी_आला_नाही घरी_आली_नाही khoya_hai kho_gaya kho_gayi खो_गया खो_गई bichad* बिछड़* चुकल* hospital_se_gayab নিখোঁজ হারিয়ে_গে* ગુમ ખોવા* ਲਾਪਤਾ ਗੁੰਮ காணவில்லை காணாம* காணோம் kaanom kaanala kaanavillai తప్పిపో* కనిపించట్లేదు కనిపించడం_లేదు tappipo* kanipinchatle* "
    "ಕಾಣೆ* ಕಾಣಿಸುತ್ತಿಲ್ಲ kaane* കാണാനില്ല കാണാതായി kaananilla ନିଖୋଜ ହଜି* لاپتہ گم_ہو हराए* हरायो बेपत्ता",
    "despair": "suicide suicidal end_my_life kill_myself jump_off will_jump jaan_de_d* jaan_de_du जान_दे_दूं जान_दे_दूंगा जान_दे_रहा मर_जाऊं mar_jaunga mar_jaungi marne_ja* मरने_जा* aatmahatya आत्महत्या khudkushi खुदकुशी phansi फांसी फाँसी phaansi faansi zindagi_khatam "
    "जिंदगी_खत्म जीव_दे* जीवन_संपव* jeev_de* hanging_himself poison_pi jeena_nahi जीना_नहीं আত্মহত্যা ঝাঁপ_দে* આત્મહત્યા આપઘાત ਖੁਦਕੁਸ਼ੀ தற்கொலை tharkolai ఆత్మహత్య aatmahatya ಆತ್ಮಹತ್ಯೆ ആത്മഹത്യ ଆତ୍ମହତ୍ୟା خودکشی आत्महत्या_गर्",
    "accident": "accident crash crashed overturn* palat_gay* पलट_गई पलट_गया पलटी उलटल* ulatl* ulti_padi collision rammed hit_and_run kuchal* कुचल* चिरड* derail* पटरी_से_उतर* patri_par पटरी_पर on_the_track on_tracks brake_fail* ब्रेक_फेल wrong_side_speeding "
    "takkar टक्कर takra_gay* टकरा_गई দুর্ঘটনা উল্টে_গে* અકસ્માત ਹਾਦਸਾ ਪਲਟ* விபத்து* vibathu ప్రమాదం బోల్తా pramadam bolta ಅಪಘಾತ ಪಲ್ಟಿ apaghata അപകടം മറിഞ്ഞ* apakadam ଦୁର୍ଘଟଣା ଓଲଟି حادثہ الٹ_گئی दुर्घटना पल्टि*",
    "hazard": "open_manhole manhole_open khula_manhole manhole_khula खुला_मैनहोल मैनहोल_खुला बिना_ढक्कन dhakkan_gayab ढक्कन_गायब ढक्कन_नहीं dhakkan_nahi cover_missing missing_cover no_barricade sinkhole deep_pit open_pit "
    "leopard tendua तेंदुआ बिबट्या bibatya tiger bagh बाघ elephant haathi हाथी wild_boar crocodile magarmach मगरमच्छ mad_dog pagal_kutta पागल_कुत्ता rabies dog_bite noch नोच* kaat_liya kaat_liya_kutte काट_लिया চিতা হাতি কামড় દીપડો ਚੀਤਾ சிறுத்தை யானை చిరుత ಚಿರತೆ പുലി ചിതା ചിതുവ चितुवा",
}  # fmt: skip
"""What endangers: a kind of danger and its words."""

SETTINGS = {
    "now": "now right_now abhi abhii अभी अब_भी abhi_bhi aata आत्ता आता आताच ताबडतोब tabadtob turant तुरंत तुरन्त फौरन fauran jaldi जल्दी jaldii लवकर lavkar immediately urgent urgently asap emergency sos hurry quick "
    "quickly ongoing happening still_inside this_minute live is_waqt इस_वक्त इस_समय chal_raha चल_रहा चालू_आहे minutes_ago min_ago mins minute minutes मिनट मिनिट last_hour ghante_se घंटे_से तासा* এখন এখনই এক্ষুনি জলদি তাড়াতাড়ি "
    "ekhon ekhoni અત્યારે હમણાં તાત્કાલિક જલ્દી ਹੁਣੇ ਹੁਣ ਤੁਰੰਤ ਛੇਤੀ இப்போ* இப்ப உடனே உடனடி* சீக்கிரம் ippo udane seekiram ఇప్పుడు ఇప్పుడే వెంటనే త్వరగా ippudu ventane twaraga ಈಗ ಈಗಲೇ ತಕ್ಷಣ ಬೇಗ eega takshana bega "
    "ഇപ്പോൾ ഉടനെ ഉടൻ വേഗം ippol udane vegam ଏବେ ଶୀଘ୍ର ତୁରନ୍ତ ابھی فوراً جلدی अहिले तुरुन्तै छिटो ahile chito",
    "help": "help help_us help_me save bachao बचाओ bachaiye बचाइए bacha_lo बचा_लो वाचवा vachva madad मदद मदत madat rescue ambulance एम्बुलेंस एंबुलेंस ऍम्ब्युलन्स रुग्णवाहिका fire_brigade fire_engine fire_tender damkal दमकल अग्निशमन send bhejo "
    "bhejiye bhej_do भेजो भेजिए भेजिये भेज_दो पाठवा pathva evacuate sos please_call 112 108 101 cut_off_the_supply supply_band_karo line_band_karo लाइन_बंद_करो বাঁচান সাহায্য পাঠান બચાવો મદદ મોકલો ਬਚਾਓ ਮਦਦ ਭੇਜੋ காப்பாத்து* உதவி அனுப்பு* kaapathunga udhavi anuppunga "
    "కాపాడండి సహాయం పంపండి kaapadandi pampandi ಕಾಪಾಡಿ ಸಹಾಯ ಕಳುಹಿಸಿ kalisi രക്ഷി* സഹായം അയക്കൂ rakshikku ବଞ୍ଚାଅ ସାହାଯ୍ୟ ପଠାନ୍ତୁ بچاؤ مدد بھیجو बचाउ* मद्दत पठाउ*",
    "weak": "child children kid kids baby infant toddler newborn bachcha baccha bacha bachcha bachche bacche bachche बच्चा बच्चे बच्ची बच्चों bachchi bachi मुलगा मुलगी मुलं लेकरू bal बाळ balak बालक beta bete बेटा beti बेटी daughter son pregnant garbhvati गर्भवती "
    "गरोदर garodar old_man old_woman elderly budh* बुजुर्ग बुज़ुर्ग buzurg bujurg दादी दादा नानी नाना aaji आजी आजोबा mother father maa papa patient mareez मरीज मरीज़ रुग्ण marij disabled viklang विकलांग wheelchair alone akeli akela अकेली अकेला एकटी একা বাচ্চা শিশু গর্ভবতী વૃદ્ધ બાળક "
    "ਬੱਚਾ ਬੱਚੇ ਬਜ਼ੁਰਗ குழந்தை* பாப்பா கர்ப்பிணி kuzhandhai పిల్ల* పాప గర్భిణి pilla papa ಮಗು ಮಕ್ಕಳ* ಗರ್ಭಿಣಿ magu കുട്ടി* കുഞ്ഞ് ഗർഭിണി kutti ପିଲା ଗର୍ଭବତୀ بچہ بچے حاملہ बच्चा नानी",
    "past": "yesterday last_week last_month last_year years_ago months_ago days_ago weeks_ago ago kal parso परसों काल pichle पिछले पिछली pichli mahine_pehle महीने_पहले saal_pehle साल_पहले din_pehle दिन_पहले गेल्या मागील महिन्यापूर्वी वर्षापूर्वी दिवसांपूर्वी previous earlier ho_chuk* हो_चुक* "
    "tha thi the था थी थे हुआ_था हुई_थी hua_tha hui_thi होता होती_तेव्हा had was were case_closed anniversary history never_forget গতকাল গত_মাসে ગઈકાલે ગયા ਕੱਲ੍ਹ ਪਿਛਲੇ நேற்று போன_மாசம் netru నిన్న గత ninna ನಿನ್ನೆ ಕಳೆದ ninne ഇന്നലെ കഴിഞ്ഞ innale ଗତକାଲି ଗତ پچھلے हिजो गत",
    "over": "safe safely now_fine is_fine rescued saved extinguished put_out doused under_control recovered discharged bujh_gay* बुझ_गई बुझ_गया bujha_di विझल* विझवल* bach_gay* बच_गए बच_गया बच_गई वाचल* surakshit सुरक्षित सुखरूप salamat सलामत mil_gaya mil_gayi मिल_गया मिल_गई सापडल* found_him found_her "
    "theek_hai thik_hai ठीक_है no_one_hurt nobody_hurt no_injur* koi_ghayal_nahi thank thanks thank_you shukriya dhanyavad धन्यवाद शुक्रिया आभार compensation muavja muavza मुआवजा मुआवज़ा bima बीमा insurance panchnama पंचनामा inquiry report_pending postmortem নিরাপদ বেঁচে_গে* સલામત "
    "બચી_ગ* ਸੁਰੱਖਿਅਤ ਬਚ_ਗਏ பத்திரமா* தப்பி* సురక్షితం బయటపడ్డ* ಸುರಕ್ಷಿತ സുരക്ഷിത* ସୁରକ୍ଷିତ محفوظ सुरक्षित_छ*",
    "ifs": "could might may_fall may_cause if agar अगर जर kabhi_bhi कभी_भी kisi_din किसी_दिन ho_sakta हो_सकता होऊ_शकत* hou_shakt* waiting_for intezar_kar इंतज़ार इंतजार वाट_पाहत* hadsa_hone हादसा_होने before_someone until_someone someday koi_mar koi_gir jaan_jay* जान_जाए "
    "jaan_le* जान_ले* khatra khatre खतरा ख़तरा खतरे dhoka धोका धोकादायक risk dangerous danger",
    "drill": "drill drills mock_drill mockdrill mock मॉक_ड्रिल rehearsal exercise exam exams pariksha परीक्षा परीक्षे* paper peper result film movie picture song gana cricket match ipl score trailer game gaming pubg serial reel_dekh* joke meme figuratively abhyas अभ्यास training demo awareness jagrukta "
    "जागरूकता जनजागृती मोहीम sale offer discount মহড়া পরীক্ষা કવાયત પરીક્ષા ਅਭਿਆਸ ਪ੍ਰੀਖਿਆ ஒத்திகை தேர்வு మాక్_డ్రిల్ పరీక్ష* ಪರೀಕ್ಷೆ അഭ്യാസം പരീക്ഷ ପରୀକ୍ଷା امتحان परीक्षा_मा",
}  # fmt: skip
"""What says that a danger is at hand, or that it is not."""
