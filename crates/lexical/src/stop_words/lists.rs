//! Words that nearly every text of a language has: articles, pronouns, prepositions, conjunctions, forms of "to be" and
//! "to have". In small letters, with their marks.

use crate::Language;

/// The lists.
pub(super) const LISTS: [(Language, &str); 24] = [
    (
        Language::English,
        "a about after again all also am an and any are as at be because been before being both but by can could did do
         does doing down during each for from further had has have having he her here hers him himself his how i if in
         into is it its itself just me more most my myself no nor not of off on once only or other our ours out over own
         same she should so some such than that the their theirs them themselves then there these they this those through
         to too under until up us very was we were what when where which while who whom why will with would you your yours
         yourself",
    ),
    (
        Language::German,
        "aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus bei beim bin bis bist
         da damit dann das dass daß dein deine dem den denn der des dich die dies diese diesem diesen dieser dieses dir doch
         dort du durch ein eine einem einen einer eines er es etwas euch euer für gegen gewesen hab habe haben hat hatte
         hatten hier hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes jetzt
         kann kein keine keinem keinen keiner können man mein meine meinem meinen meiner mich mir mit nach nicht nichts noch
         nun nur ob oder ohne sehr sein seine seinem seinen seiner selbst sich sie sind so soll sollte sondern sonst über um
         und uns unser unsere unter vom von vor wann war waren warum was weil welche welcher welches wenn wer werde werden
         wie wieder will wir wird wo worden wurde wurden würde zu zum zur zwar zwischen",
    ),
    (
        Language::French,
        "à ai ainsi alors après as au aucun aussi autre aux avait avant avec avoir c ça car ce cela ces cet cette ceux
         chaque chez comme comment d dans de depuis des donc dont du elle elles en encore entre es est et étaient était été
         être eu eux fait faut il ils j je l la là le les leur leurs lorsque lui m ma mais me même mes mon n ne ni nos notre
         nous on ont ou où par parce pas pendant peu peut plus pour pourquoi qu quand que quel quelle quelles quels qui quoi
         s sa sans se sera ses si sinon son sont sous sur t ta te tes toi ton tous tout toute toutes très tu un une vers
         vos votre vous y",
    ),
    (
        Language::Spanish,
        "a al algo alguna algunas alguno algunos ante antes aquel aquella así aún aunque cada como cómo con contra cual
         cuál cuando cuándo de del desde donde dónde durante e el él ella ellas ellos en entre era eran es esa esas ese eso
         esos esta está están estas este esto estos estoy fue fueron ha había han hasta hay he la las le les lo los más me
         mi mí mis mucho muy nada ni no nos nosotros nuestra nuestro o os otra otras otro otros para pero poco por porque
         pues que qué quien quién quienes se sea ser si sí sido sin sobre son soy su sus también tan tanto te tengo ti tiene
         tienen todo todos tu tú tus un una unas uno unos usted vosotros y ya yo",
    ),
    (
        Language::Italian,
        "a ad agli ai al alla alle allo anche avere aveva c che chi ci come con contro cui d da dagli dai dal dalla dalle
         dei del della delle dello di dopo dove e è ed era erano essere fra gli ha hanno ho i il in io l la le lei li lo
         loro lui ma me mi mia mie miei mio ne negli nei nel nella nelle nello no noi non nostra nostro o ogni per perché
         più poi prima quale quando quella quelle quelli quello questa queste questi questo qui quindi se sei senza si sì
         sia siamo sono sta stata stato su sua sue sugli sui sul sulla suo suoi te ti tra tu tua tuo tutti tutto un una
         uno vi voi",
    ),
    (
        Language::Portuguese,
        "a à ao aos as às até com como da das de dela dele deles depois do dos e é ela elas ele eles em entre era eram essa
         esse esta está estão este eu foi foram há isso isto já lhe mais mas me mesmo meu meus minha muito na não nas nem
         no nos nós nossa nosso num numa o onde os ou para pela pelas pelo pelos por porque quais qual quando que quem se
         sem ser seu seus só somos sou sua suas são também te tem têm tinha tu um uma você vocês",
    ),
    (
        Language::Dutch,
        "aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een en er ge geen had
         heb hebben heeft hem het hier hij hoe hun iemand iets ik in is ja je jij jou jouw kan kunnen maar me meer men met
         mij mijn moet na naar niet niets nog nu of om omdat onder ons onze ook op over reeds te toch toen tot u uit uw van
         veel voor waar waarom wanneer want waren was wat werd wezen wie wij wil worden wordt zal ze zich zij zijn zo zonder
         zou",
    ),
    (
        Language::Swedish,
        "alla allt att av blev bli blir bara de dem den denna deras dess det detta dig din dina ditt du där då efter ej
         eller en er ett från för ha hade han hans har hennes hon honom hur här i icke inte jag ju kan kunde man med mellan
         men mig min mina mitt mot mycket ni nu när någon något några och om oss på samma sedan sig sin sina sitt ska skulle
         som så till under upp ut utan vad var vara varför varit vem vi vid vilken vår våra än är över",
    ),
    (
        Language::Danish,
        "af alle alt anden at blev blive bliver da de dem den denne der deres det dette dig din disse dog du efter eller en
         end er et for fra ham han hans har havde hende hendes her hos hun hvad hvem hvis hvor hvordan hvorfor hvornår i
         ikke ind jeg jer kan kom kunne man mange med meget men mig min mine mit mod ned noget nogen nogle nu når og også om
         op os over på selv sig sin sine sit skal skulle som sådan thi til ud under var vi vil ville vor være været",
    ),
    (
        Language::Norwegian,
        "alle alt at av ble bli blir bare både da de deg dem den denne der deres det dette din disse ditt du eller en er et
         etter for fordi fra før ha hadde han hans har hennes her hun hva hvem hvis hvor hvordan hvorfor i ikke inn ja jeg
         kan kom kunne man mange med meg meget mellom men min mine mitt mot mye må ned noe noen nå når og også om opp oss
         over på samme seg selv sin sine sitt skal skulle slik som så til under ut uten var ved vi vil ville vår være vært",
    ),
    (
        Language::Finnish,
        "ei eivät emme en et ette että he heidän heidät heille hän hänen hänet ja jo joka jos jotka jotta kanssa koska kuin
         kuka kun me meidän meitä mikä minkä minua minulla minun minä missä mitä mukaan mutta myös ne niiden niin nyt nämä
         näin ole olen olet oli olin olivat olla olleet ollut on ovat se sekä sen siellä sillä sinun sinä sitä te teidän
         tai tämä tämän tätä vaan vai vain vaikka yli",
    ),
    (
        Language::Polish,
        "a aby albo ale ani bardzo bez bo być by był była było były będzie będą ci co czy czyli dla do gdy gdyż gdzie go i
         ich ile im inne innych ja jak jako jego jej jest jestem jeszcze jeśli jeżeli już kiedy kto która które którego
         której który których którzy lub ma mam mi mnie może mu my na nad nam nas nasz nie nich nim niż o od on ona one oni
         oraz po pod przed przez przy są się sobie tak także tam te tego tej ten też to tu tutaj twój ty tylko tym u w we
         wszystko z za ze że",
    ),
    (
        Language::Czech,
        "a aby ale ani asi až během bez bude budou by byl byla byli bylo být co což do ho i já jak jako je jeho jej její
         jejich jen ještě jenž ji jiné již jsem jsme jsou jste k kam kde kdo když ke která které který kteří má mají mezi mi
         mít mne mně může my na nad nám nás náš ne nebo než nic o od on ona oni ono pak po pod podle pokud pouze pro proč
         proto protože před při s se si sice tak také takže tam tato tedy ten tento to tohle tom tomto toto tu ty u už v ve
         více však z za zda ze že",
    ),
    (
        Language::Hungarian,
        "a abban ahhoz aki ahogy akkor amely ami amikor az azért azok azt azután be csak de egy egyik el ennek és ez ezek
         ezen ezt ezért fel ha hanem hogy hogyan hol ide igen így is itt ki le legyen lesz lett ma már mag meg mely mert mi
         mint mit miért most nagyon ne nekem neki nem nincs olyan ott össze õ ő ők öt pedig pl rá s saját sem semmi sok
         számára szerint tehát új után úgy vagy vagyok valami van vannak vele vissza volt voltak",
    ),
    (
        Language::Romanian,
        "a abia acea aceasta această aceea acei acel acela acest acesta aceste acum ai aici al ale am ar are aş aș asta au
         avea ca că când care cât ce cei cel cele cine cu cum da dar de deci deja deşi deși din după e ea ei el ele era este
         eşti ești eu fără fi fie fost în îi îl îmi în între îşi își la le lor lui mă mai mea mei meu mult ne nici nimic noi
         nostru nu o pe pentru prin sa să şi și sub sunt te tot toți tu tău un una unde unei unor unui va voi vor vă",
    ),
    (
        Language::Turkish,
        "acaba ama ancak artık aslında bana bazı belki ben benim beni bile bir biri biz bize bizim bu buna bunda bundan bunlar
         bunu bunun çok çünkü da daha de defa değil diye eğer en gibi hem hep her hiç için ile ise kadar kendi ki kim mı mi
         mu mü nasıl ne neden nerede niçin niye o olan olarak oldu olduğu olduğunu olur ona onlar onu onun oysa sana sen
         senin siz sizin şey şu şuna tüm ve veya ya yani yok",
    ),
    (
        Language::Vietnamese,
        "bị bởi các cái cho chỉ chúng có của cũng cùng đã đang đây để đến đó được gì hay không khi là lại lên mà mình một
         này nên nếu ngay nhiều như nhưng những nơi nữa phải ra rằng rất rồi sau sẽ tại theo thì tôi từ trên trong trước
         và vào vẫn về vì với vừa",
    ),
    (
        Language::Russian,
        "а без более больше будет будто бы был была были было быть в вам вас вдруг ведь во вот впрочем все всегда всего всех
         всё вы где да даже для до его ее её если есть еще ещё ж же за здесь и из или им иногда их к как какая какой когда
         конечно кто куда ли лучше между меня мне много может можно мой моя мы на над надо нас наш не него нее ней нельзя нет
         ни нибудь никогда ним них ничего но ну о об один он она они оно опять от перед по под после потом потому почти при
         про раз разве с сам свою себе себя сейчас со совсем так такой там тебя тем теперь то тогда того тоже только том тот
         ты у уж уже хорошо хоть чего чем через что чтоб чтобы чуть эти этих это этого этой этом этот эту я",
    ),
    (
        Language::Ukrainian,
        "а або але б без би був була були було бути в вам вас весь вже ви від він вона вони воно все всі всіх де для до є ж
         з за зі і із інших й його її їй їм їх коли крім лише ми між має мене мені може можна мій моя на навіть над нам нас
         наш не ні ніж о об один під по при про саме свої себе та так такий там те тих то того тоді той тому ти у хто це
         цей цього цієї ці чи чим чого щоб що як яка який яких які якщо я",
    ),
    (
        Language::Greek,
        "αλλά αν αντί από αυτά αυτές αυτή αυτό αυτοί αυτός αυτού αυτούς αυτών για δε δεν εγώ εδώ εκεί εκείνη είμαι είναι εις
         εμείς ένα ένας έναν επί εσύ έχει έχω ή η ήταν θα και κατά κι μα με μέσα μετά μη μην μια μία μου να ο οι όμως όπως
         ότι όταν ποιος που πού πριν προς πως σαν σας σε στη στην στις στο στον στους στα τα τη την της τι τις το τον του
         τους των ως",
    ),
    (
        Language::Arabic,
        "أن أنا أنت أنه أو أي إذا إلا إلى إن إنه التي الذي الذين اللذين ألا أما أم بعد بعض بل به بها بين تكون تلك ثم جدا حتى
         حيث حين خلال ذلك سوف على عليه عليها عن عند عندما غير فقد فقط في فيه فيها قبل قد كان كانت كل كما كنت كيف لا لأن لدى
         لقد لكن لم لماذا لن له لها لهم لو ليس ليست ما ماذا متى مثل مع معه من منذ منه منها نحن نعم هذا هذه هل هم هنا هناك هو
         هؤلاء هي وأن وفي وقد وكان ولا ولم وما ومن وهو وهي يا يكون",
    ),
    (
        Language::Persian,
        "از است اگر اما ام ان اند او ای این آن آنها با باید بر برای بسیار بعد به بود بودند پس تا تو جز چرا چه چون چند حتی
         خواهد خود دارد دارند در درباره دو دیگر را رو روی زیر سپس شد شده شما شود کجا کرد کرده کنند کند که کسی کی ما من مورد
         می نه نیز نیست ها های هر هم همه همین هنوز هیچ و ولی وی یا یک",
    ),
    (
        Language::Hebrew,
        "או אותה אותו אותם אז אחר אחרי אחת אך אל אלא אלה אם אני אנחנו אף אפשר אשר את אתה אתם באה בו בין בלי גם די הוא היא
         היה היו הייתה הם הן הנה זאת זה זו יותר יש כבר כאן כאשר כדי כך כל כמה כמו כן לא לה להם לו לי למה לפני מאוד מה מי מן
         מתי על עם עד עוד פה קצת רק של שלי שלנו שלו שם",
    ),
    (
        Language::Hindi,
        "अपना अपनी अपने अब अभी आदि आप इस इसका इसकी इसके इसमें इसलिए इसी इसे उन उनका उनकी उनके उनको उन्हें उस उसका उसकी उसके उसने
         उसे एक एवं ऐसा ऐसे और कब कभी कर करता करते करना करने करें कहाँ कहां का किया किस किसी की कुछ के को कोई कौन क्या क्यों
         क्योंकि गई गए गया जब जहाँ जहां जा जाता जाती जाते जाना जिस जिसे जो तक तब तथा तरह तुम तो था थी थे दिया दो द्वारा न
         नहीं ना ने पर परंतु पहले फिर बहुत बाद बारे बार भी मगर मुझे में मेरा मेरी मेरे मैं मैंने यदि यह यहाँ यहां या ये रहा
         रही रहे लिए लिये लेकिन व वह वहाँ वहां वाला वाली वाले वे सब सभी साथ से हम हमारा हमारी हमारे हमें ही हुआ हुई हुए हूँ
         हूं है हैं हो होता होती होते होना होने",
    ),
];
