#include "mail/quote/words.h"

#include <algorithm>
#include <array>
#include <span>

namespace postroad::mail::quote {
namespace {

struct HeaderName {
  std::string_view name;
  HeaderKind kind;
};

constexpr auto kHeaderNames = [] {
  auto names = std::to_array<HeaderName>({
      {"from", kFromHeader},         {"von", kFromHeader},          {"de", kFromHeader},
      {"da", kFromHeader},           {"van", kFromHeader},          {"fra", kFromHeader},
      {"från", kFromHeader},         {"od", kFromHeader},           {"от", kFromHeader},
      {"от кого", kFromHeader},      {"від", kFromHeader},          {"lähettäjä", kFromHeader},
      {"mittente", kFromHeader},     {"afzender", kFromHeader},     {"expéditeur", kFromHeader},
      {"remitente", kFromHeader},    {"remetente", kFromHeader},    {"absender", kFromHeader},
      {"发件人", kFromHeader},       {"寄件者", kFromHeader},       {"寄件人", kFromHeader},
      {"差出人", kFromHeader},       {"보낸 사람", kFromHeader},    {"보낸사람", kFromHeader},
      {"feladó", kFromHeader},       {"de la", kFromHeader},        {"kimden", kFromHeader},
      {"gönderen", kFromHeader},     {"από", kFromHeader},          {"dari", kFromHeader},
      {"từ", kFromHeader},           {"người gửi", kFromHeader},    {"מאת", kFromHeader},
      {"من", kFromHeader},           {"saatja", kFromHeader},       {"no", kFromHeader},
      {"nuo", kFromHeader},          {"avsender", kFromHeader},     {"afsender", kFromHeader},
      {"nadawca", kFromHeader},      {"expediteur", kFromHeader},   {"reply from", kFromHeader},
      {"date", kDateHeader},         {"sent", kDateHeader},         {"gesendet", kDateHeader},
      {"datum", kDateHeader},        {"envoyé", kDateHeader},       {"envoyé le", kDateHeader},
      {"envoye", kDateHeader},       {"date d'envoi", kDateHeader}, {"inviato", kDateHeader},
      {"data", kDateHeader},         {"enviado", kDateHeader},      {"enviado el", kDateHeader},
      {"enviada", kDateHeader},      {"enviada em", kDateHeader},   {"enviado em", kDateHeader},
      {"fecha", kDateHeader},        {"verzonden", kDateHeader},    {"sendt", kDateHeader},
      {"dato", kDateHeader},         {"skickat", kDateHeader},      {"wysłano", kDateHeader},
      {"wysłane", kDateHeader},      {"wysłany", kDateHeader},      {"odesláno", kDateHeader},
      {"odoslané", kDateHeader},     {"elküldve", kDateHeader},     {"küldve", kDateHeader},
      {"дата", kDateHeader},         {"отправлено", kDateHeader},   {"надіслано", kDateHeader},
      {"trimis", kDateHeader},       {"poslano", kDateHeader},      {"lähetetty", kDateHeader},
      {"pvm", kDateHeader},          {"päiväys", kDateHeader},      {"gönderildi", kDateHeader},
      {"tarih", kDateHeader},        {"αποστολή", kDateHeader},     {"ημερομηνία", kDateHeader},
      {"στάλθηκε", kDateHeader},     {"发送时间", kDateHeader},     {"日期", kDateHeader},
      {"时间", kDateHeader},         {"寄件日期", kDateHeader},     {"傳送時間", kDateHeader},
      {"送信日時", kDateHeader},     {"日時", kDateHeader},         {"보낸 날짜", kDateHeader},
      {"날짜", kDateHeader},         {"dikirim", kDateHeader},      {"tanggal", kDateHeader},
      {"ngày", kDateHeader},         {"đã gửi", kDateHeader},       {"נשלח", kDateHeader},
      {"תאריך", kDateHeader},        {"message du", kDateHeader},   {"dátum", kDateHeader},
      {"saadetud", kDateHeader},     {"dátum", kDateHeader},        {"time", kDateHeader},
      {"to", kToHeader},             {"an", kToHeader},             {"à", kToHeader},
      {"a", kToHeader},              {"para", kToHeader},           {"aan", kToHeader},
      {"til", kToHeader},            {"till", kToHeader},           {"do", kToHeader},
      {"komu", kToHeader},           {"кому", kToHeader},           {"για", kToHeader},
      {"kime", kToHeader},           {"alıcı", kToHeader},          {"címzett", kToHeader},
      {"către", kToHeader},          {"vastaanottaja", kToHeader},  {"收件人", kToHeader},
      {"收件者", kToHeader},         {"宛先", kToHeader},           {"받는 사람", kToHeader},
      {"받는사람", kToHeader},       {"kepada", kToHeader},         {"đến", kToHeader},
      {"tới", kToHeader},            {"προς", kToHeader},           {"אל", kToHeader},
      {"إلى", kToHeader},            {"destinataire", kToHeader},   {"prima", kToHeader},
      {"pour", kToHeader},           {"empfänger", kToHeader},      {"za", kToHeader},
      {"subject", kSubjectHeader},   {"betreff", kSubjectHeader},   {"objet", kSubjectHeader},
      {"sujet", kSubjectHeader},     {"oggetto", kSubjectHeader},   {"asunto", kSubjectHeader},
      {"assunto", kSubjectHeader},   {"onderwerp", kSubjectHeader}, {"emne", kSubjectHeader},
      {"ämne", kSubjectHeader},      {"temat", kSubjectHeader},     {"předmět", kSubjectHeader},
      {"predmet", kSubjectHeader},   {"tárgy", kSubjectHeader},     {"тема", kSubjectHeader},
      {"subiect", kSubjectHeader},   {"aihe", kSubjectHeader},      {"otsikko", kSubjectHeader},
      {"konu", kSubjectHeader},      {"θέμα", kSubjectHeader},      {"主题", kSubjectHeader},
      {"主旨", kSubjectHeader},      {"主題", kSubjectHeader},      {"件名", kSubjectHeader},
      {"제목", kSubjectHeader},      {"perihal", kSubjectHeader},   {"subjek", kSubjectHeader},
      {"chủ đề", kSubjectHeader},    {"נושא", kSubjectHeader},      {"الموضوع", kSubjectHeader},
      {"assumpte", kSubjectHeader},  {"teema", kSubjectHeader},     {"zadeva", kSubjectHeader},
      {"cc", kOtherHeader},          {"kopie", kOtherHeader},       {"copie à", kOtherHeader},
      {"copie", kOtherHeader},       {"kopia", kOtherHeader},       {"copia", kOtherHeader},
      {"kopi", kOtherHeader},        {"копия", kOtherHeader},       {"抄送", kOtherHeader},
      {"참조", kOtherHeader},        {"másolat", kOtherHeader},     {"reply-to", kOtherHeader},
      {"importance", kOtherHeader},  {"priority", kOtherHeader},    {"attachments", kOtherHeader},
      {"antwort an", kOtherHeader},  {"bcc", kOtherHeader},         {"organization", kOtherHeader},
      {"répondre à", kOtherHeader},  {"wichtigkeit", kOtherHeader}, {"anlagen", kOtherHeader},
  });
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return names;
}();

/// Lists are kept by their last octet, so that a look-up compares few.
template <std::size_t N>
struct Endings {
  std::array<std::string_view, N> words;
  std::array<std::uint16_t, 257> first{};
};

constexpr unsigned last_octet(std::string_view text) {
  return static_cast<unsigned char>(text.back());
}

template <std::size_t N>
constexpr Endings<N> by_last_octet(std::array<std::string_view, N> words) {
  std::sort(words.begin(), words.end(),
            [](std::string_view a, std::string_view b) { return last_octet(a) < last_octet(b); });
  Endings<N> out{words};
  std::size_t word = 0;
  for (unsigned octet = 0; octet < 257; ++octet) {
    while (word < N && last_octet(words[word]) < octet) ++word;
    out.first[octet] = static_cast<std::uint16_t>(word);
  }
  return out;
}

constexpr auto kWrote = by_last_octet(std::to_array<std::string_view>({
    "wrote", "sent", "wrote the following", "schrieb", "geschrieben", "schrieb folgendes", "a écrit",
    "écrit", "a ecrit", "ecrit", "escribió", "escribio", "ha escrit", "escribiu", "escreveu", "scritto",
    "schreef", "geschreven", "skrev", "skrev følgende", "skrev följande", "skreiv", "skrifaði", "napisał",
    "napisał(a)", "napisała", "pisze", "napisao", "napisao je", "je napisao/la", "je napisal", "napisal",
    "napsal", "napsal(a)", "napsala", "napísal", "napísal(a)", "napísala", "írta", "a scris", "scrise",
    "kirjoitti", "kirjoitti seuraavasti", "kirjutas", "написал", "написал(а)", "написала", "написал(-а)",
    "пишет", "писал", "писал(а)", "пише", "написав", "написав(-ла)", "написав(ла)", "написа", "написао",
    "yazdı", "yazmış", "έγραψε", "menulis", "tulis", "đã viết", "viết", "rakstīja", "rašė", "idatzi du",
    "napisala", "je napisala", "napisa", "напиша", "написа", "je napísal", "เขียนว่า", "さんは書きました",
    "写道", "寫道", "写", "來信", "来信", "のメール", "작성", "님이 작성", "메시지", "כתב", "כתבה",
    "כתב/ה", "مكتوب", "كتب", "نوشت", "เขียน", "लिखा",
}));

constexpr auto kInnerWrote = [] {
  auto words = std::to_array<std::string_view>(
      {"schrieb", "schreef", "skrev", "skreiv", "napisał", "napisał(a)", "napsal", "napsal(a)", "napísal",
       "написал", "написал(а)", "пишет", "писал", "писал(а)", "kirjoitti", "írta", "escribió", "escreveu",
       "heeft", "hat", "от", "napisana", "yazdı", "missatge", "napisala", "napisao", "scris", "kirjutas"});
  std::sort(words.begin(), words.end());
  return words;
}();

constexpr auto kOpeners = std::to_array<std::string_view>({
    "on", "le", "el", "il", "em", "op", "am", "den", "w dniu", "dnia", "dne", "dňa", "pada", "vào",
    "vào lúc", "в", "на", "у", "στις", "pe", "în", "a las", "em", "no dia", "o dia", "ma", "dana", "на",
    "kl", "at", "um", "van",
});

constexpr auto kOriginalMessage = std::to_array<std::string_view>({
    "original message", "reply message", "ursprüngliche nachricht", "antwort nachricht",
    "originalnachricht", "original-nachricht", "original nachricht", "ursprüngliche mail", "oprindelig besked",
    "oprindelig meddelelse", "original meddelelse", "opprinnelig melding", "message d'origine",
    "message original", "mensaje original", "mensagem original", "messaggio originale",
    "oorspronkelijk bericht", "originele bericht", "ursprungligt meddelande", "originalmeddelande",
    "alkuperäinen viesti", "исходное сообщение", "оригинальное сообщение", "первоначальное сообщение",
    "вихідне повідомлення", "wiadomość oryginalna", "oryginalna wiadomość", "původní zpráva", "původní e-mail",
    "pôvodná správa", "eredeti üzenet", "mesaj original", "mesajul original", "orijinal mesaj",
    "orjinal mesaj", "αρχικό μήνυμα", "原始邮件", "原邮件", "原始郵件", "元のメッセージ", "원본 메일",
    "원본 메시지", "pesan asli", "tin nhắn gốc", "thư gốc", "izvorna poruka", "izvirno sporočilo",
    "missatge original", "mensaxe orixinal", "original besked", "svarbesked", "reply msg",
});

constexpr auto kForwardedMessage = std::to_array<std::string_view>({
    "forwarded message", "begin forwarded message", "forwarded by", "weitergeleitete nachricht",
    "message transféré", "début du message réexpédié", "début du message transféré", "mensaje reenviado",
    "inicio del mensaje reenviado", "mensagem encaminhada", "messaggio inoltrato", "inizio messaggio inoltrato",
    "doorgestuurd bericht", "videresendt besked", "videresendt melding", "vidarebefordrat meddelande",
    "välitetty viesti", "пересылаемое сообщение", "пересланное сообщение", "переслане повідомлення",
    "przekazana wiadomość", "přeposlaná zpráva", "továbbított üzenet", "mesaj redirecționat", "iletilmiş mesaj",
    "yönlendirilen ileti", "转发邮件", "转发的邮件", "转发的消息", "轉寄郵件", "転送メッセージ",
    "전달된 메일", "pesan terusan", "thư đã chuyển tiếp", "προωθημένο μήνυμα",
});

constexpr auto kReplyAbove = std::to_array<std::string_view>({
    "reply above this line", "type your reply above", "write above this line", "reply above the line",
    "antworten sie oberhalb dieser", "répondez au-dessus de cette ligne", "responda por encima de esta",
    "responda acima desta",
});

constexpr auto kClosings = [] {
  auto words = std::to_array<std::string_view>({
      "thanks", "thank you", "many thanks", "thanks again", "thanks in advance", "thank you in advance",
      "thanks a lot", "thx", "regards", "kind regards", "warm regards", "cheers", "sincerely",
      "yours sincerely", "yours truly", "yours faithfully", "cordially", "respectfully",
      "mit freundlichen grüßen", "mit freundlichen grüssen", "freundliche grüße", "freundliche grüsse",
      "viele grüße", "viele grüsse", "beste grüße", "liebe grüße", "herzliche grüße", "mfg", "gruß", "grüße",
      "cordialement", "bien cordialement", "bien à vous", "saludos", "saludos cordiales", "un saludo",
      "atentamente", "atenciosamente", "cumprimentos", "abraços", "cordiali saluti", "distinti saluti",
      "saluti", "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groeten", "groeten",
      "med venlig hilsen", "venlig hilsen", "med vennlig hilsen", "vennlig hilsen", "mvh", "hilsen",
      "med vänliga hälsningar", "vänliga hälsningar", "hälsningar", "ystävällisin terveisin", "terveisin",
      "pozdrawiam", "z poważaniem", "s pozdravem", "s pozdravom", "üdvözlettel", "с уважением", "спасибо",
      "з повагою", "saygılarımla", "saygılar", "trân trọng", "salam", "cu stimă", "με εκτίμηση",
  });
  std::sort(words.begin(), words.end());
  return words;
}();

/// How phones and programs open the line that names them.
constexpr auto kMobileOpeners = std::to_array<std::string_view>({
    "sent from my ", "sent from mailbox", "sent from outlook", "sent from mail for", "sent from yahoo mail",
    "sent from samsung", "sent from proton", "sent from iphone", "sent from ipad", "sent from blackberry",
    "sent from android", "sent from gmail", "sent from acompli", "sent from windows mail", "sent from nine",
    "sent via blackberry", "sent wirelessly from my ", "sent using ", "sent with ", "get outlook for ",
    "von meinem ", "gesendet von ", "gesendet mit ", "von unterwegs gesendet", "diese nachricht wurde von meinem ",
    "envoyé de mon ", "envoyé depuis ", "envoyé à partir de ", "envoyé avec ", "envoyé sans fil ",
    "télécharger outlook pour ", "obtenir outlook pour ", "enviado desde ", "enviado do meu ", "enviado de mi ",
    "enviado via ", "enviado por ", "obter o outlook para ", "obtener outlook para ", "inviato da ",
    "inviato dal mio ", "ottieni outlook per ", "scarica outlook per ", "verzonden vanaf ", "verzonden via ",
    "verstuurd vanaf ", "outlook voor ", "sendt fra ", "skickat från ", "hämta outlook för ", "få outlook til ",
    "hent outlook ", "lähetetty ", "wysłane z ", "wysłano z ", "odesláno z ", "odoslané z ",
    "elküldve ", "отправлено с ", "отправлено из ", "отправлено от ", "надіслано з ", "trimis de pe ",
    "iphone'umdan gönderildi", "iphone'dan gönderildi", "ipad'den gönderildi", "από το iphone",
    "στάλθηκε από ", "发自我的", "从我的", "發自我的", "iphoneから送信", "ipadから送信", "나의 iphone에서",
    "내 iphone에서", "dikirim dari ", "đã gửi từ ", "נשלח מה",
});

bool contains_any(std::string_view text, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool is_letter_octet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

HeaderKind header_kind(std::string_view name) {
  const auto found = std::lower_bound(kHeaderNames.begin(), kHeaderNames.end(), name,
                                      [](const HeaderName& h, std::string_view n) { return h.name < n; });
  return found != kHeaderNames.end() && found->name == name ? found->kind : kNoHeader;
}

bool ends_with_wrote(std::string_view text) {
  if (text.empty()) return false;
  const unsigned last = last_octet(text);
  for (std::size_t i = kWrote.first[last]; i < kWrote.first[last + 1]; ++i) {
    const std::string_view word = kWrote.words[i];
    if (!text.ends_with(word)) continue;
    // A word of letters starts where one may; ideographs follow each other directly.
    if (text.size() == word.size() || !is_letter_octet(word.front()) ||
        !is_letter_octet(text[text.size() - word.size() - 1]))
      return true;
  }
  return false;
}

bool has_inner_wrote(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (std::binary_search(kInnerWrote.begin(), kInnerWrote.end(), text.substr(at, end - at))) return true;
    at = end + 1;
  }
  return false;
}

std::size_t attribution_opener(std::string_view text) {
  for (const std::string_view word : kOpeners) {
    if (text.size() > word.size() && text.starts_with(word) &&
        (text[word.size()] == ' ' || text[word.size()] == ','))
      return word.size() + 1;
  }
  for (const std::string_view word : {"在", "于", "於"}) {
    if (text.starts_with(word)) return word.size();
  }
  return 0;
}

bool is_original_message(std::string_view text) {
  return contains_any(text, kOriginalMessage);
}
bool is_forwarded_message(std::string_view text) {
  return contains_any(text, kForwardedMessage);
}
bool is_reply_above(std::string_view text) {
  return contains_any(text, kReplyAbove);
}

bool is_closing(std::string_view line) {
  while (!line.empty() && std::string_view(" ,.!;:-").find(line.back()) != std::string_view::npos)
    line.remove_suffix(1);
  if (std::binary_search(kClosings.begin(), kClosings.end(), line)) return true;
  // "best", "best wishes", "all the best regards": a short phrase of letters.
  if (!line.starts_with("best") && !line.starts_with("all the best")) return false;
  return line.size() <= 30 && std::all_of(line.begin(), line.end(),
                                          [](char c) { return c == ' ' || (c >= 'a' && c <= 'z'); });
}

bool is_mobile_signature(std::string_view line) {
  constexpr std::size_t kLineBytesMax = 160;
  if (line.size() > kLineBytesMax) return false;
  const auto found = std::find_if(kMobileOpeners.begin(), kMobileOpeners.end(),
                                  [&](std::string_view opener) { return line.starts_with(opener); });
  if (found == kMobileOpeners.end()) return false;
  // A sentence about a phone goes on; the name of one does not.
  std::string_view rest = line.substr(found->size());
  if (const std::size_t link = rest.find_first_of("<(["); link != std::string_view::npos)
    rest = rest.substr(0, link);
  while (!rest.empty() && std::string_view(" .!").find(rest.back()) != std::string_view::npos)
    rest.remove_suffix(1);
  return rest.find_first_of(",?;") == std::string_view::npos && rest.find(". ") == std::string_view::npos;
}

}  // namespace postroad::mail::quote
