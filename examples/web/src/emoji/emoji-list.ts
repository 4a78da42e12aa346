/** A short list of common emoji with words to find them by; the browser draws them. */

const GROUPS: Record<string, string> = {
  Smileys:
    '😀 grinning|😃 smile open mouth|😄 smile open mouth and smiling eyes|' +
    '😁 grinning smiling eyes|😆 smile open mouth and tightly closed eyes|😅 sweat smile|' +
    '🤣 rofl lol|😂 joy lol|🙂 slightly smile|🙃 upside down|😉 winking|😊 smile smiling eyes|' +
    '😇 smile halo|🥰 smile smiling eyes and three hearts|😍 smile heart shaped eyes|' +
    '🤩 grinning star eyes|😘 throwing a kiss|😗 kissing|😚 kissing closed eyes|' +
    '😋 savouring delicious food|😛 stuck out tongue|😜 stuck out tongue and winking eye|' +
    '🤪 grinning one large and one small eye|😝 stuck out tongue and tightly closed eyes|' +
    '🤗 hugging|🤭 smile smiling eyes and hand covering mouth|🤫 finger covering closed lips|' +
    '🤔 thinking hmm|🫡 salute|🤐 zipper mouth|🤨 one eyebrow raised|😐 neutral|😑 expressionless|' +
    '😶 without mouth|😏 smirking|😒 unamused|🙄 rolling eyes|😬 grimacing|😮‍💨 exhale relief sigh|' +
    '😌 relieved|😔 pensive|😪 sleepy|😴 sleeping|😷 medical mask|🤒 thermometer|🤕 head bandage|' +
    '🤢 nauseated|🤮 open mouth vomiting|🤧 sneezing|🥵 overheated|🥶 freezing|' +
    '🥴 uneven eyes and wavy mouth|😵 dizzy|🤯 shocked exploding head|🤠 cowboy hat|🥳 party|' +
    '😎 smile sunglasses|🤓 nerd|🧐 monocle|😕 confused|🫤 diagonal mouth|😟 worried|' +
    '🙁 slightly frowning|😮 open mouth|😯 hushed|😲 astonished|😳 flushed|🥺 pleading eyes|' +
    '🥹 holding back tears|😦 frowning open mouth|😨 fearful|😰 open mouth and cold sweat|' +
    '😥 disappointed but relieved|😢 crying|😭 sob crying|😱 screaming in fear|😖 confounded|' +
    '😞 disappointed|😓 cold sweat|😩 weary|😫 tired|🥱 yawning|😤 look of triumph|😡 pouting|' +
    '😠 angry|🤬 serious symbols covering mouth|😈 smile horns|💀 skull|💩 pile of poo|🤡 clown|' +
    '👻 ghost|👽 extraterrestrial alien|🤖 robot|🎃 jack o lantern',
  Gestures:
    '👍 +1 thumbs up yes|👎 -1 thumbs down no|👌 ok hand|🤌 pinched fingers|✌️ victory hand|' +
    '🤞 hand index and middle fingers crossed|🫰 hand index finger and thumb crossed|' +
    '🤟 i love you hand|🤘 sign of the horns|🤙 call me hand|' +
    '👈 white left pointing backhand index|👉 white right pointing backhand index|' +
    '👆 white up pointing backhand index|👇 white down pointing backhand index|' +
    '☝️ white up pointing index|👋 wave hello hi|🤚 raised back of hand|✋ raised hand|' +
    '🖖 raised hand part between middle and ring fingers|👏 clap applause|🙌 raised hands hooray|' +
    '🫶 heart hands|🤝 handshake deal|🙏 thanks please pray|✍️ writing hand|💪 muscle strong|' +
    '🧠 brain|👀 eyes look|👁️ eye|👄 mouth|🫂 people hugging|🙋 happy person raising one hand|' +
    '🙅 no good gesture|🙆 ok gesture|🤷 shrug|🤦 facepalm|🙇 person bowing deeply|🏃 runner|' +
    '🚶 pedestrian|💃 dancer|🕺 man dancing',
  Hearts:
    '❤️ red heart love|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|' +
    '💜 purple heart|🖤 heart|🤍 white heart|🤎 brown heart|💔 broken heart|💕 two hearts|' +
    '💞 revolving hearts|💓 beating heart|💗 growing heart|💖 sparkling heart|💘 heart arrow|' +
    '💝 heart ribbon|💯 hundred|💢 anger symbol|💥 collision symbol|💫 dizzy symbol|' +
    '💦 splashing sweat symbol|💨 dash symbol|💬 speech balloon|💭 thought balloon|' +
    '💤 sleeping symbol',
  'Animals and nature':
    '🐶 dog|🐱 cat|🐭 mouse|🐹 hamster|🐰 rabbit|🦊 fox|🐻 bear|🐼 panda|🐨 koala|🐯 tiger|🦁 lion|🐮 cow|' +
    '🐷 pig|🐸 frog|🐵 monkey|🙈 see no evil monkey|🙉 hear no evil monkey|🙊 speak no evil monkey|' +
    '🐔 chicken|🐧 penguin|🐦 bird|🦆 duck|🦉 owl|🦄 unicorn|🐝 honeybee|🐛 bug|🦋 butterfly|🐌 snail|' +
    '🐞 lady beetle|🐢 turtle|🐍 snake|🐙 octopus|🦀 crab|🐳 spouting whale|🐬 dolphin|🦈 shark|' +
    '🐘 elephant|🦒 giraffe|🌵 cactus|🎄 christmas tree|🌲 evergreen tree|🌳 deciduous tree|' +
    '🌴 palm tree|🌱 seedling|🍀 four leaf clover|🍁 maple leaf|🍂 fallen leaf|🌷 tulip|🌹 rose|' +
    '🌻 sunflower|🌞 sun|🌝 full moon|🌍 earth globe europe africa|🌈 rainbow|⭐ white medium star|' +
    '🌟 glowing star|⚡ high voltage|🔥 fire hot|❄️ snowflake|⛄ snowman without snow|' +
    '🌊 water wave|☀️ sun rays|⛅ sun behind cloud|🌧️ cloud rain',
  Food:
    '🍎 red apple|🍊 tangerine|🍋 lemon|🍌 banana|🍉 watermelon|🍇 grapes|🍓 strawberry|' +
    '🫐 blueberries|🍒 cherries|🍑 peach|🥭 mango|🍍 pineapple|🥝 kiwifruit|🍅 tomato|🥑 avocado|' +
    '🥦 broccoli|🥕 carrot|🌽 ear of maize|🌶️ hot pepper|🥐 croissant|🥖 baguette bread|' +
    '🧀 cheese wedge|🥚 egg|🍳 cooking|🥞 pancakes|🥓 bacon|🍔 hamburger|🍟 french fries|' +
    '🍕 slice of pizza|🌭 hot dog|🥪 sandwich|🌮 taco|🌯 burrito|🥗 green salad|🍝 spaghetti|' +
    '🍜 steaming bowl|🍣 sushi|🍱 bento box|🥟 dumpling|🍦 soft ice cream|🍩 doughnut|🍪 cookie|' +
    '🎂 birthday cake|🍰 shortcake|🧁 cupcake|🍫 chocolate bar|🍬 candy|🍭 lollipop|🍿 popcorn|' +
    '☕ coffee|🍵 teacup without handle|🧋 bubble tea|🍺 beer mug|🍻 clinking beer mugs|' +
    '🥂 clinking glasses|🍷 wine glass|🥃 tumbler glass|🍸 cocktail glass',
  Activities:
    '🎉 tada party|🎊 confetti ball|🎈 balloon|🎁 wrapped present|🎀 ribbon|🏆 trophy|' +
    '🥇 first place medal|🥈 second place medal|🥉 third place medal|⚽ soccer ball|' +
    '🏀 basketball and hoop|🏈 american football|🎾 tennis racquet and ball|🏐 volleyball|' +
    '🎱 billiards|🏓 table tennis paddle and ball|🏸 badminton racquet and shuttlecock|' +
    '⛳ flag in hole|🏄 surfer|🏊 swimmer|🚴 bicyclist|🧗 person climbing|' +
    '🧘 person in lotus position|🎮 video game|🎲 game die|🧩 jigsaw puzzle piece|🎯 direct hit|' +
    '🎳 bowling|🎨 artist palette|🎬 clapper board|🎤 microphone|🎧 headphone|🎼 musical score|' +
    '🎹 musical keyboard|🥁 drum drumsticks|🎸 guitar|🎻 violin|📷 camera|📸 camera flash|' +
    '🎥 movie camera',
  Travel:
    '🚗 automobile|🚕 taxi|🚌 bus|🚲 bicycle|🛴 scooter|🚂 steam locomotive|🚆 train|🚇 metro|' +
    '✈️ airplane|🚀 rocket ship it|🛸 flying saucer|⛵ sailboat|🚢 ship|⚓ anchor|🏠 house building|' +
    '🏡 house garden|🏢 office building|🏥 hospital|🏫 school|🏰 european castle|' +
    '🗽 statue of liberty|🗼 tokyo tower|⛺ tent|🏖️ beach umbrella|🏔️ snow capped mountain|' +
    '🌋 volcano|🌅 sunrise|🌃 night stars|🗺️ world map|🧭 compass',
  Objects:
    '💡 electric light bulb|🔦 electric torch|📱 mobile phone|💻 personal computer|⌨️ keyboard|' +
    '🖥️ desktop computer|🖨️ printer|💾 floppy disk|📀 dvd|📞 telephone receiver|📺 television|' +
    '⏰ alarm clock|⏳ hourglass flowing sand|🔋 battery|🔌 electric plug|🔧 wrench|🔨 hammer|' +
    '🛠️ hammer and wrench|⚙️ gear|🧰 toolbox|🧪 test tube|🔬 microscope|🔭 telescope|' +
    '📡 satellite antenna|💊 pill|🩹 adhesive bandage|🧹 broom|🧺 basket|🔑 key|🗝️ old key|🚪 door|' +
    '🪑 chair|🛏️ bed|🧸 teddy bear|📦 package|📫 closed mailbox raised flag|' +
    '📬 open mailbox raised flag|✉️ envelope|📝 memo|📄 page facing up|📅 calendar|' +
    '📆 tear off calendar|📈 chart upwards trend|📉 chart downwards trend|📊 bar chart|' +
    '📋 clipboard|📌 pushpin|📎 paperclip|📏 straight ruler|✂️ scissors|🔒 lock|🔓 open lock|' +
    '🔍 left pointing magnifying glass|🔗 link symbol|🗑️ wastebasket|💰 money bag|💳 credit card|' +
    '🧾 receipt|📚 books|📖 open book|🔖 bookmark|🏷️ label|📣 cheering megaphone|' +
    '📢 public address loudspeaker|🔔 bell|🔕 bell cancellation stroke',
  Symbols:
    '✅ check done|❌ cross no|❗ heavy exclamation mark symbol|❓ question mark ornament|' +
    '‼️ double exclamation mark|⁉️ exclamation question mark|➕ heavy plus|➖ heavy minus|' +
    '✖️ heavy multiplication x|➡️ rightwards arrow|⬅️ leftwards arrow|⬆️ upwards arrow|' +
    '⬇️ downwards arrow|🔄 anticlockwise downwards and upwards open circle arrows|' +
    '🔁 clockwise rightwards and leftwards open circle arrows|▶️ right pointing triangle|' +
    '⏸️ double vertical bar|⏹️ square for stop|⏭ right pointing double triangle vertical bar|' +
    '🆗 squared ok|🆕 squared new|🆙 squared up exclamation mark|🔝 top upwards arrow above|' +
    '🆘 squared sos|⛔ no entry|🚫 no entry|♻️ universal recycling symbol|⚠️ warning|' +
    '🚧 construction|🟢 large green circle|🟡 large yellow circle|🔴 large red circle|' +
    '🔵 large blue circle|🟣 large purple circle|⚫ medium circle|⚪ medium white circle|' +
    '🏁 chequered flag|🚩 triangular flag on post|🏳️‍🌈 rainbow flag pride',
};

export interface Emoji {
  emoji: string;
  words: string;
}

export const EMOJI: readonly { group: string; list: readonly Emoji[] }[] = Object.entries(GROUPS).map(
  ([group, text]) => ({
    group,
    list: text.split('|').map((entry) => {
      const [emoji = '', ...words] = entry.split(' ');
      return { emoji, words: words.join(' ') };
    }),
  }),
);

/** Those with a word that begins with what was typed, best first. */
export function findEmoji(typed: string, limit: number): Emoji[] {
  const text = typed.toLowerCase().replaceAll('_', ' ').trim();
  const found = EMOJI.flatMap(({ list }) => list.filter(({ words }) => ` ${words}`.includes(` ${text}`)));
  return found
    .sort((a, b) => Number(b.words.startsWith(text)) - Number(a.words.startsWith(text)))
    .slice(0, limit);
}
