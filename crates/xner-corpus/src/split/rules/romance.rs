//! French, Spanish, Portuguese, Galician, Catalan, Italian and Romanian.

use super::{GENERAL, Rules};

pub(in crate::split) const FRENCH: Rules = Rules {
    titles: "m mm mme mmes mlle mlles pr me mgr st ste sts gén col cap lt sgt cmdt p.ex c.-à-d env av apr boul bd ave \
             faub éd",
    abbreviations: "hab ing min max tél janv févr avr juil sept oct nov déc inc cie sté ltée réf suiv dép coll \
                    trad j.-c",
    before_numbers: "n nos chap t al par ch réf sect vers",
    starters: "le la les l un une des du de d il elle ils elles on nous vous je j tu ce cet cette ces c ça cela à au \
               aux en dans sur sous par pour avec sans chez vers après avant depuis pendant selon mais et ou or donc \
               car si s quand lorsque comme où qui que qu quoi quel quelle pourquoi comment son sa ses leur leurs mon \
               ma notre votre y n ne pas plus tous toutes tout certains plusieurs aucun deux trois ainsi alors aussi \
               cependant toutefois enfin ensuite puis",
    ..GENERAL
};

pub(in crate::split) const SPANISH: Rules = Rules {
    titles: "sr sra srta sres sras dra d dª dña profa gral cnel cap tte lic ing arq fr mons pdte sto sta p.ej ej",
    abbreviations: "aprox av avda tel ud uds vd vds EE UU RR HH FF AA CC OO cía hnos dpto prov ext máx mín esq izq \
                    dcha pl apdo ene feb abr jun jul ago sept oct nov dic",
    before_numbers: "n núm núms pág págs cap ap apdo inc",
    starters: "el la los las lo un una unos unas al del de él ella ellos ellas yo tú usted nosotros este esta estos \
               estas ese esa eso esto aquel aquella en con por para sin sobre según desde hasta entre tras ante a y e \
               o pero sino si no ni que qué quién quiénes cómo cuándo cuando dónde donde como porque aunque mientras \
               su sus mi se también además así entonces ahora hoy ayer ya todos todas muchos algunos cada otro otra \
               hay es son fue era ha han había sin",
    ..GENERAL
};

pub(in crate::split) const PORTUGUESE: Rules = Rules {
    titles: "sr sra srs sras srta dra drs dras profa d eng engº arq exmo exma ilmo ilma gen cel cap ten maj pe sto sta \
             p.ex ex st séc sécs fund",
    abbreviations: "aprox av tel ltda cia máx mín jan fev mar abr mai jun jul ago set out nov dez jr r inc i.e",
    before_numbers: "n núm pág págs cap inc fls",
    starters: "o a os as um uma uns umas ao à aos às do da dos das no na nos nas num numa ele ela eles elas eu nós \
               você este esta estes estas esse essa isso isto aquele aquela em com por para sem sobre segundo desde \
               até entre após ante e ou mas se não nem que quem como quando onde porque embora enquanto seu sua seus \
               suas meu minha também além assim então agora hoje ontem já todos todas muitos alguns cada outro outra \
               há é são foi era tem depois pelo pela de",
    ..GENERAL
};

pub(in crate::split) const GALICIAN: Rules = Rules {
    titles: "sr sra srta dra d dna profa p.ex ex",
    abbreviations: "aprox av tel máx mín xan feb abr xuñ xul ago set out nov dec",
    before_numbers: "n núm páx páxs cap",
    starters: "o a os as un unha uns unhas ao á aos ás do da dos das no na nos nas el ela eles elas eu nós vostede \
               este esta estes estas ese esa iso isto en con por para sen sobre segundo desde ata entre tras e ou pero \
               se non nin que quen como cando onde porque aínda mentres seu súa tamén ademais así entón agora hoxe",
    ..GENERAL
};

pub(in crate::split) const CATALAN: Rules = Rules {
    titles: "sr sra srta dra d profa p.ex st sta",
    abbreviations: "aprox av tel màx mín gen febr set oct nov des pl ctra",
    before_numbers: "núm pàg pàgs cap",
    starters: "el la els les l un una uns unes al del dels de d ell ella ells elles jo tu vostè nosaltres aquest \
               aquesta aquests aquestes això en amb per sense sobre segons des fins entre rere a i o però sinó si no \
               ni que què qui com quan on perquè encara mentre el seu també a més així llavors ara avui ahir ja tots \
               moltes molts alguns cada hi ha és són va",
    ..GENERAL
};

pub(in crate::split) const ITALIAN: Rules = Rules {
    titles: "sig sigg sig.ra sig.na sig.re dott dott.ssa dottssa dr.ssa prof.ssa proff avv ing arch geom rag on mons \
             card gen col cap ten magg mar s ss egr gent spett rev p.es es",
    abbreviations: "ecc cfr tel max min sec gen feb apr giu lug ago sett ott nov dic n.d.r a.c d.c s.p.a s.r.l",
    before_numbers: "n nn pag pagg cap par tab lett",
    starters: "il lo la i gli le l un uno una un' al allo alla ai alle del dello della dei delle nel nella nei nelle \
               dal dalla sul sulla di d da in con su per tra fra a e ed o ma se non né che chi come quando dove perché \
               mentre poi così anche ancora ora oggi ieri già egli ella lui lei loro io tu noi voi questo questa \
               questi queste quello quella suo sua suoi sue tutti tutte molti alcuni ogni altro altra c è era sono ha \
               hanno dopo prima secondo inoltre",
    ..GENERAL
};

pub(in crate::split) const ROMANIAN: Rules = Rules {
    titles: "dl dna d-na d-l dlui dvs st sf ing arh gen col cpt lt conf ex",
    abbreviations: "ș.a etc str bd bl ap sc tel ian febr apr iun iul aug sept oct noiem dec î.hr d.hr",
    before_numbers: "nr pag pg cap alin lit",
    starters: "un o el ea ei ele eu tu noi voi acest această acesta aceasta aceste acești în la de pe cu din prin \
               pentru fără despre după înainte între și sau dar însă dacă nu că ce cine cum când unde deși iar mai \
               toți multe mulți unii fiecare este sunt era a au s",
    ..GENERAL
};
