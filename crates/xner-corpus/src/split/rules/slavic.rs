//! The Slavic languages.

use super::{GENERAL, Rules};

/// In most of them a number with a period is an ordinal, and `r` and `l` are vowels.
const SLAVIC: Rules = Rules { ordinals: true, vowelless: true, ..GENERAL };

pub(in crate::split) const POLISH: Rules = Rules {
    titles: "mgr inż hab doc med ks św bł gen płk mjr kpt por sierż p pp im ul al pl tzw tzn np m.in itp. ob red woj \
             pow gm wg tj",
    abbreviations: "itd itp r w ww n.e p.n.e r.p in tys mln mld zł gr godz min sek tel jr sr cd zob por nast płd płn \
                    zach wsch kard abp bp prok sz o.o s.a z.o.o",
    before_numbers: "nr nry str s t poz rozdz ust lit pkt par ok godz rys tab",
    starters: "to ten ta te ci on ona ono oni one ja ty my wy w we na do od z ze za po przed przy pod nad o u dla bez \
               przez między i a ale lub albo oraz jednak więc gdy kiedy jeśli jeżeli ponieważ choć że co kto jak gdzie \
               dlaczego czy nie tak już teraz dziś wczoraj także również tam tu jego jej ich wszyscy wiele każdy jest \
               są był była było były",
    ordinals: true,
    ..GENERAL
};

pub(in crate::split) const CZECH: Rules = Rules {
    titles: "mgr ing bc judr mudr phdr rndr paeddr thdr doc csc gen plk mjr kpt por sv p pí např tzv tj resp vl im ul \
             nám tř čl",
    abbreviations: "atd apod aj mj n.l př hod min tis mil mld kč tel jr sr st ml viz popř event zvl angl něm lat kol \
                    o.s s.r.o a.s",
    before_numbers: "č str s sv odst písm par kap obr tab",
    starters: "to ten ta ti ty on ona ono oni já my vy v ve na do od z ze za po před při pod nad o u k ke pro bez přes \
               mezi i a ale nebo však tak když pokud jestliže protože ačkoli že co kdo jak kde proč ne už teď dnes \
               včera také tam zde jeho její jejich všichni mnoho každý je jsou byl byla bylo byli podle kromě",
    ..SLAVIC
};

pub(in crate::split) const SLOVAK: Rules = Rules {
    titles: "mgr ing bc judr mudr phdr rndr paeddr thdr doc csc gen plk mjr kpt por sv p napr tzv tj resp im ul nám tr \
             čl",
    abbreviations: "atď apod ap a.i n.l pr hod min tis mil mld sk tel jr sr st ml viď popr angl nem lat kol r \
                    s.r.o a.s",
    before_numbers: "č str s sv ods písm par kap obr tab",
    starters: "to ten tá tí tie on ona ono oni ja my vy v vo na do od z zo za po pred pri pod nad o u k ku pre bez cez \
               medzi i a ale alebo však tak keď ak pretože hoci že čo kto ako kde prečo nie už teraz dnes včera tiež \
               aj tam tu jeho jej ich všetci veľa každý je sú bol bola bolo boli podľa okrem",
    ..SLAVIC
};

pub(in crate::split) const SLOVENE: Rules = Rules {
    titles: "mag spec inž doc ing gen polk maj sv g ga gdč npr t.i tj oz dipl univ",
    abbreviations: "itd ipd idr pr.n.št n.št ur min tis mio mrd tel jr sr st ml gl ul d.o.o d.d itn",
    before_numbers: "št str čl odst tč pogl sl",
    starters: "to ta ti te on ona ono oni jaz mi vi v na do od iz z s za po pred pri pod nad o k pri brez čez med in \
               pa a ali vendar toda ko če ker čeprav da kaj kdo kako kje zakaj ne že zdaj danes včeraj tudi tam tu \
               njegov njen njihov vsi veliko vsak je so bil bila bilo bili po",
    ..SLAVIC
};

pub(in crate::split) const SERBO_CROATIAN: Rules = Rules {
    titles: "mr gosp gđa gđica gđ g sv fra don prim doc ing dipl gen puk bojn kap npr tj tzv odn im ul br dr.sc \
             др проф г гђа св нпр тј тзв инж",
    abbreviations: "itd itsl sl st god i.sl i.dr dr pr.kr n.e p.n.e min sat tis mil mlrd kn tel ml d.o.o d.d s.r vl \
                    итд сл год н.е п.н.е мин тел мил",
    before_numbers: "br str čl st tč pogl sl tab бр стр чл",
    starters: "to taj ta ti te on ona ono oni one ja mi vi u na do od iz s sa za po pred pri pod nad o k bez kroz \
               među i a ali ili no međutim kad kada ako jer iako da što šta tko ko kako gdje gde zašto ne već sada \
               danas jučer juče također takođe tamo ovdje njegov njen njihov svi mnogi svaki je su bio bila bilo bili \
               prema osim ovaj ova ovo ovi nakon posle poslije tijekom tokom zbog ipak zato \
               то тај та ти те он она оно они оне ја ми ви у на до од из с са за по пред при под над о без кроз и а \
               али или но међутим кад када ако јер иако да шта ко како где зашто не већ сада данас јуче такође овај \
               ова ово након после због према",
    ..SLAVIC
};

pub(in crate::split) const MACEDONIAN: Rules = Rules {
    titles: "г-дин г-ѓа г-ца инж св т.е т.н пр",
    abbreviations: "итн год н.е п.н.е мин мил тел ул бр",
    before_numbers: "бр стр чл т",
    starters: "тоа тој таа тие јас ние вие во на до од со за по пред при под над без низ меѓу и а но или кога ако \
               бидејќи иако дека што кој како каде зошто не веќе сега денес вчера исто овој оваа ова овие",
    ..SLAVIC
};

pub(in crate::split) const BULGARIAN: Rules = Rules {
    titles: "г-н г-жа г-ца инж св т.е т.нар напр акад доц ген полк арх ул бул им гр",
    abbreviations: "др г гг лв мин млн млрд хил ч тел сл пр.хр сл.хр и.др",
    before_numbers: "бр стр чл ал т с",
    starters: "това този тази тези той тя то те аз ние вие в във на до от с със за по пред при под над без през между \
               и а но или обаче когато ако защото макар че какво кой как къде защо не вече сега днес вчера също",
    vowelless: true,
    ..GENERAL
};

pub(in crate::split) const RUSSIAN: Rules = Rules {
    titles: "г гг гн г-н г-жа проф акад доц инж ген полк св им ул пр просп пл пер д т.е т.н т.к напр тов о обл р-н пос \
             см ср гр",
    abbreviations: "др пр т.д т.п т.ч н.э до.н.э руб коп тыс млн млрд мин сек ч тел кв корп стр янв февр апр авг сент \
                    окт нояб дек в вв изд ред",
    before_numbers: "стр с гл ст п пп рис табл т №",
    starters: "это этот эта эти тот та те он она оно они я мы вы ты в во на до от из с со за по перед при под над о об \
               у к ко без через между для и а но или однако когда если потому хотя что кто как где почему не уже \
               теперь сейчас сегодня вчера также там здесь его её их все многие каждый так после во",
    vowelless: true,
    ..GENERAL
};

pub(in crate::split) const UKRAINIAN: Rules = Rules {
    titles: "п пан проф акад доц інж ген св ім вул просп пл м с смт т.зв напр див обл р-н",
    abbreviations: "ін т.д т.п т.ч н.е до.н.е грн коп тис млн млрд хв год тел кв корп р рр ст січ лют берез квіт трав \
                    черв лип серп верес жовт листоп груд ред вид",
    before_numbers: "с ст п рис табл т гл №",
    starters: "це цей ця ці той та ті він вона воно вони я ми ви ти в у на до від із з зі за по перед при під над о \
               про без через між для і й а але або проте однак коли якщо бо тому хоча що хто як де чому не вже тепер \
               зараз сьогодні вчора також там тут його її їх усі багато кожен так після",
    vowelless: true,
    ..GENERAL
};

pub(in crate::split) const BELARUSIAN: Rules = Rules {
    titles: "сп праф акад дац інж ген св ім вул праст пл г гл напр вобл р-н",
    abbreviations: "інш т.д т.п г.д н.э да.н.э руб кап тыс млн млрд хв гадз тэл ст рэд выд",
    before_numbers: "с ст п мал табл т",
    starters: "гэта гэты гэтая гэтыя той тая тыя ён яна яно яны я мы вы ты ў у на да ад з са за па перад пры пад над \
               аб без праз паміж для і й а але або аднак калі бо хоць што хто як дзе чаму не ўжо цяпер сёння учора \
               таксама там тут яго яе іх усе шмат кожны так пасля",
    vowelless: true,
    ..GENERAL
};
