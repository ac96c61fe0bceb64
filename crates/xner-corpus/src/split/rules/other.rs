//! Finnish, Estonian, Hungarian, the Baltic languages, Greek, Turkish, Arabic and the scripts with a danda.

use super::{GENERAL, Rules};

/// A language of which no more is known than that a period makes a number an ordinal.
pub(in crate::split) const ORDINALS: Rules = Rules { ordinals: true, ..GENERAL };

pub(in crate::split) const FINNISH: Rules = Rules {
    titles: "hra rva nti tri esim mm ks vrt ts t.s eli ent ns nk synt k.o p.o",
    abbreviations: "jne yms ym ynnä klo n noin milj mrd tuh puh os s kpl jr sr eaa jaa eKr jKr v vs sv",
    before_numbers: "n klo s nro kpl art luku",
    starters: "se ne tämä nämä tuo nuo hän he minä sinä me te siinä siitä siihen sitä sen niiden hänen heidän tässä \
               tästä ja mutta tai vai sekä eli kun jos koska vaikka että mitä mikä kuka ketkä miten missä miksi \
               milloin ei en nyt tänään eilen myös siellä täällä kaikki monet jokainen on ovat oli olivat sitten \
               niin näin vielä jo lisäksi kuitenkin silti ennen jälkeen",
    ordinals: true,
    ..GENERAL
};

pub(in crate::split) const ESTONIAN: Rules = Rules {
    titles: "hr pr prl nt näit vt vrd st s.t e k.a nn",
    abbreviations: "jne jms jt m.a.j e.m.a p.kr e.kr kl lk tk mln mld tuh tel sh",
    before_numbers: "lk kl ptk",
    starters: "see need ta tema nad nemad ma mina sa sina me meie te teie seal siin sellest selle ja aga kuid või ning \
               ehk kui sest kuigi et mida mis kes kuidas kus miks millal ei nüüd täna eile ka kõik paljud iga on oli \
               olid siis nii veel juba lisaks enne pärast",
    ordinals: true,
    ..GENERAL
};

pub(in crate::split) const HUNGARIAN: Rules = Rules {
    titles: "ifj id özv szt pl ún vö ill kb ti tkp dr.med",
    abbreviations: "stb u.n i.e i.sz kr.e kr.u sz évf okl tel ft mrd kft bt rt zrt nyrt jan febr márc ápr máj jún júl \
                    aug szept okt nov dec min max du de",
    before_numbers: "sz o old bek köt fej §",
    starters: "a az ez ezek azok ő ők én te mi ti egy és de vagy hanem ha mert bár hogy mit mi ki kik hogyan hol miért \
               mikor nem ne már most ma tegnap is ott itt minden sok egyes van volt voltak lesz így úgy akkor még \
               továbbá azonban ugyanakkor ezért azért előtt után szerint tovább ennek annak ezt azt emellett",
    ordinals: true,
    ..GENERAL
};

pub(in crate::split) const LATVIAN: Rules = Rules {
    titles: "piem t.i t.s sv kgs kdze inž prof",
    abbreviations: "u.c utt u.tml u.t.t p.m.ē m.ē g plkst tel tūkst milj mljrd",
    before_numbers: "lpp plkst nod p",
    starters: "tas tā tie tās viņš viņa viņi es mēs jūs tu uz no ar par pēc pirms pie bez un bet vai jo ja kad lai \
               kas kā kur kāpēc ne nav jau tagad šodien vakar arī tur šeit visi daudzi katrs ir bija šis šī",
    ordinals: true,
    ..GENERAL
};

pub(in crate::split) const LITHUANIAN: Rules = Rules {
    titles: "pvz t.y šv inž doc akad gen plk vad p g pr gerb",
    abbreviations: "ir.kt t.t pan kt m mėn d val min tūkst mln mlrd tel pr.kr po.kr a š r v",
    before_numbers: "psl sk str pav lent",
    starters: "tai tas ta tie tos jis ji jie jos aš mes jūs tu į iš su apie po prieš prie be ir bet ar nes jei kai kad \
               kas kaip kur kodėl ne jau dabar šiandien vakar taip pat ten čia visi daug kiekvienas yra buvo šis ši",
    ..GENERAL
};

pub(in crate::split) const GREEK: Rules = Rules {
    titles: "κ κα κος δρ καθ αγ αγ π.χ δηλ λ.χ βλ πρβλ οδ στρ",
    abbreviations: "κ.λπ κλπ κτλ κ.ά κ.α μ.χ π.χ π.μ μ.μ εκ εκατ δισ χιλ τηλ αι αρ",
    before_numbers: "αρ σελ κεφ αριθ παρ τ",
    starters: "ο η το οι τα ένας μια ένα αυτός αυτή αυτό αυτοί εγώ εμείς στο στη στην στον στις στους με για από σε \
               προς χωρίς μετά πριν και κι αλλά ή όμως αν όταν γιατί επειδή ότι τι ποιος πώς πού δεν όχι τώρα σήμερα \
               χθες επίσης εκεί εδώ όλοι πολλοί κάθε είναι ήταν του της των την τον",
    ..GENERAL
};

pub(in crate::split) const TURKISH: Rules = Rules {
    titles: "doç yrd öğr gör av sn alb yzb bknz bkz örn hz",
    abbreviations: "vb vs vd m.ö m.s tel no cad sok mah apt ltd şti a.ş",
    before_numbers: "sf s cilt bl md",
    starters: "bu şu o bunlar onlar ben sen biz siz bir ve ama fakat ya veya çünkü eğer ise ne kim nasıl nerede neden \
               niçin hayır evet şimdi bugün dün da orada burada herkes birçok her var vardı böyle öyle daha sonra",
    ordinals: true,
    ..GENERAL
};

pub(in crate::split) const ARABIC: Rules = Rules { titles: "د أ م أ.د ص ه", ..GENERAL };

pub(in crate::split) const INDIC: Rules =
    Rules {
        titles: "डॉ डा श्री श्रीमती प्रो पं सं कु डॉक्टर ডা ড মো মোঃ", danda: true, ..GENERAL
    };
