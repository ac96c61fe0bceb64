//! English, German, Dutch, Afrikaans and the Nordic languages.

use super::{GENERAL, Rules};

pub(in crate::split) const ENGLISH: Rules = Rules {
    titles: "mr mrs ms messrs mx rev hon gen col maj capt cpt lt sgt cpl pvt adm cmdr sen rep gov pres supt insp det \
             amb atty fr msgr e.g i.e",
    abbreviations: "inc corp co cos ltd llc plc bros dept univ assn intl natl govt ave blvd rd hwy st mt ft jr sr esq \
                    viz approx est incl max min misc tel ext cont ibid eg ie Mon Tue Tues Wed Thu Thur Thurs Fri Sat \
                    Sun Calif Mass Conn Wash Mich Minn Ill Ala Ariz Ark Colo Del Fla Ga Ind Kan Ky La Md Mo Mont Neb \
                    Nev Okla Ore Pa Penn Tenn Tex Va Vt Wis Wyo",
    before_numbers: "nos figs sec secs ch chap jan feb mar apr jun jul aug sep sept oct nov dec approx pt eq ver",
    starters: "the a an he she it we you they i this that these those there here his her its our my their your in on \
               at for from with by to of but and or so if when while as after before during under since until what \
               who why how where which however meanwhile although because not no some many most all each both another \
               other such also then now yes well let just is are was were do does did can could will would please \
               thanks one two three even only more than once despite",
    ..GENERAL
};

pub(in crate::split) const GERMAN: Rules = Rules {
    titles: "hr hrn fr frl st dipl ing med phil jur rer nat hab mag dres sen jun hl kgl z.b d.h bzw bspw sog vgl ggf \
             evtl einschl inkl exkl zzgl abzgl insb insbes allg urspr ehem geb gest verst verh bayr röm kath ev",
    abbreviations: "usw usf etc resp entspr max min mind mio mrd tsd std min str pl chr n.chr v.chr jh jhd jhdt bd bde \
                    hrsg hg aufl ausg verf übers orig abb tab kap abs ziff anm abt zit ebd fa co tel jr lt gem u.a \
                    u.ä o.ä z.t i.d.r jan feb mär apr jun jul aug sep sept okt nov dez",
    before_numbers: "s bd kap abb tab abs ziff anm jg nrn rn",
    starters: "der die das den dem des ein eine einen einem einer er sie es wir ihr ich in im am an auf bei beim mit \
               nach von vom zu zum zur für aus über unter durch um ohne gegen neben und aber oder doch dann da dort \
               hier so wenn als weil dass während obwohl trotz seit bis vor dieser diese dieses diesem diesen sein \
               seine seiner man auch nur noch schon nun jetzt heute gestern was wer wie wo warum wann damit dabei \
               dazu daher deshalb allerdings jedoch außerdem danach zwar nicht kein keine alle viele einige beide \
               mehr ist sind war waren hat haben zudem zwischen",
    ordinals: true,
    ..GENERAL
};

pub(in crate::split) const DUTCH: Rules = Rules {
    titles: "dhr mevr mw mej drs ir ing mr st ste ds jhr jkvr jl ll a.s m.n o.a d.w.z t.w resp incl excl vgl z.g zgn",
    abbreviations: "bijv bv b.v enz max min evt nl red tel mln mld jr sr jan feb mrt apr jun jul aug sept okt nov dec",
    before_numbers: "blz hfst afb afl dl nrs",
    starters: "de het een hij zij ze wij we ik jij je u dit dat deze die er in op aan bij met na van voor uit over \
               door om tot te en maar of want dus dan daar hier toen als wanneer omdat terwijl hoewel ook nog nu niet \
               geen wat wie waar waarom hoe sinds tegen volgens zo alle veel zijn haar hun onze tijdens onder tussen \
               is was toch bovendien daarnaast",
    ..GENERAL
};

pub(in crate::split) const AFRIKAANS: Rules = Rules {
    titles: "mnr mev mej ds st adv kapt genl kol sers",
    abbreviations: "bv d.w.s enz ens o.a m.a.w nl asb jr sr",
    before_numbers: "bl nrs afb hfst",
    starters: "die 'n hy sy dit ons hulle ek jy u in op aan by met na van vir uit oor deur en maar of want dus dan \
               daar hier toe as wanneer omdat terwyl hoewel ook nog nou nie geen wat wie waar waarom hoe sedert",
    ..GENERAL
};

const NORDIC_STARTERS: &str = "det den de en ei et han hun hon vi jeg eg jag du dere ni man i på til till fra från med \
    for för af av om ved vid under over över efter etter før før innan men og och eller så da då når när hvis om fordi \
    mens medan også også även nu nå ikke inte ingen noen nogle några alle alla mange många hva hvad vad hvem vem hvor \
    var hvordan hur hvorfor varför dette detta denne denna disse dessa der där her här der hans hennes sin sitt min er \
    är var har dersom siden seden ifølge enligt";

pub(in crate::split) const DANISH: Rules = Rules {
    titles: "hr fr frk sct skt f.eks bl.a bl dvs d.v.s mht vedr jf hhv ifm ift evt inkl ekskl pga f bla feks",
    abbreviations: "m.v mv osv m.m mm o.l ol p.t pt kl kr mio mia pct stk tlf jr sr red udg cand mag jur adm \
                    jan feb apr aug sept okt nov dec ca inc co",
    before_numbers: "nr s kap stk art kl kr afsn pkt",
    starters: NORDIC_STARTERS,
    ordinals: true,
    ..GENERAL
};

pub(in crate::split) const NORWEGIAN: Rules = Rules {
    titles: "hr fr frk st f.eks bl.a bl dvs d.v.s mht vedr jf hhv ifm ift evt inkl ekskl pga eks iflg m.a",
    abbreviations: "m.v mv osv m.m mm o.l ol p.t pt kl kr mill mrd pst stk tlf jr sr red utg cand mag jur adm \
                    jan feb apr aug sept okt nov des inc co",
    before_numbers: "nr s kap stk art kl kr avsn pkt",
    starters: NORDIC_STARTERS,
    ordinals: true,
    ..GENERAL
};

pub(in crate::split) const SWEDISH: Rules = Rules {
    titles: "hr fr frk st t.ex tex bl.a bl dvs d.v.s m.a.o resp inkl exkl pga s.k sk jfr fr.o.m t.o.m p.g.a f.d \
             doc kap",
    abbreviations: "osv o.s.v m.m mm o.d etc kl kr milj mdr st tel jr sr red uppl fil kand m.fl e.d jan feb apr aug \
                    sept okt nov dec inc",
    before_numbers: "s sid kap art kl mom st mos kor",
    starters: NORDIC_STARTERS,
    ..GENERAL
};

pub(in crate::split) const ICELANDIC: Rules = Rules {
    titles: "hr fr sr t.d þ.e m.a s.s sbr þ.á.m",
    abbreviations: "o.fl o.s.frv kl kr u.þ.b f.kr e.kr jan feb mar apr ág sept okt nóv des",
    before_numbers: "bls kl gr",
    starters: "það þetta þessi hann hún þeir þær þau við ég þú í á til frá með um og en eða ef þegar þar hér nú ekki \
               hvað hver hvar hvers sem eftir fyrir",
    ordinals: true,
    ..GENERAL
};
