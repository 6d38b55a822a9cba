#include <gtest/gtest.h>

#include <string>

#include "mail/quote/strip.h"

namespace postroad::mail::quote {
namespace {

struct Attribution {
  std::string_view about, lines;
};

TEST(StripText, EndsTheReplyAtAnAttributionInManyLanguages) {
  for (const auto& [about, lines] : {
           Attribution{"English", "On Thu, 2 Jan 2025 at 10:11, Ann Lee <ann@example.com> wrote:"},
           Attribution{"English, broken", "On Thursday, January 2, 2025 at 10:11 AM Ann Lee\n<ann@example.com> wrote:"},
           Attribution{"English, name last", "Ann Lee <ann@example.com> wrote:"},
           Attribution{"German", "Am 02.01.2025 um 10:11 schrieb Ann Lee <ann@example.com>:"},
           Attribution{"German, name only", "Am 02.01.2025 um 10:11 schrieb Ann Lee:"},
           Attribution{"French", "Le jeu. 2 janv. 2025 à 10:11, Ann Lee <ann@example.com> a écrit\u00a0:"},
           Attribution{"French, no accent", "Le 02/01/2025 10:11, Ann Lee a ecrit :"},
           Attribution{"Spanish", "El jue, 2 ene 2025 a las 10:11, Ann Lee (<ann@example.com>) escribió:"},
           Attribution{"Portuguese", "Em qui., 2 de jan. de 2025 às 10:11, Ann Lee <ann@example.com>\nescreveu:"},
           Attribution{"Italian", "Il giorno gio 2 gen 2025 alle ore 10:11 Ann Lee <ann@example.com> ha scritto:"},
           Attribution{"Dutch", "Op do 2 jan 2025 om 10:11 schreef Ann Lee <ann@example.com>:"},
           Attribution{"Danish", "Den tors. 2. jan. 2025 kl. 10.11 skrev Ann Lee <ann@example.com>:"},
           Attribution{"Swedish", "Den tors 2 jan. 2025 kl 10:11 skrev Ann Lee <ann@example.com>:"},
           Attribution{"Finnish", "to 2. tammik. 2025 klo 10.11 Ann Lee (ann@example.com) kirjoitti:"},
           Attribution{"Polish", "czw., 2 sty 2025 o 10:11 Ann Lee <ann@example.com> napisał(a):"},
           Attribution{"Czech", "čt 2. 1. 2025 v 10:11 odesílatel Ann Lee <ann@example.com> napsal:"},
           Attribution{"Slovak", "št 2. 1. 2025 o 10:11 Ann Lee <ann@example.com> napísal(a):"},
           Attribution{"Hungarian", "Ann Lee <ann@example.com> ezt írta (időpont: 2025. jan. 2., Cs, 10:11):"},
           Attribution{"Romanian", "În joi, 2 ian. 2025 la 10:11, Ann Lee <ann@example.com> a scris:"},
           Attribution{"Russian", "чт, 2 янв. 2025 г. в 10:11, Ann Lee <ann@example.com>:"},
           Attribution{"Russian, verb", "02.01.2025 10:11, Ann Lee пишет:"},
           Attribution{"Ukrainian", "чт, 2 січ. 2025 р. о 10:11 Ann Lee <ann@example.com> пише:"},
           Attribution{"Turkish", "Ann Lee <ann@example.com>, 2 Oca 2025 Per, 10:11 tarihinde şunu yazdı:"},
           Attribution{"Greek", "Στις Πέμ 2 Ιαν 2025 στις 10:11 π.μ., ο χρήστης Ann Lee <ann@example.com> έγραψε:"},
           Attribution{"Vietnamese", "Vào Th 5, 2 thg 1, 2025 lúc 10:11 Ann Lee <ann@example.com> đã viết:"},
           Attribution{"Indonesian", "Pada tanggal Kam, 2 Jan 2025 pukul 10.11 Ann Lee <ann@example.com> menulis:"},
           Attribution{"Chinese", "Ann Lee <ann@example.com> 于2025年1月2日周四 10:11写道："},
           Attribution{"Chinese, phone", "在 2025年1月2日，10:11，Ann Lee <ann@example.com> 写道："},
           Attribution{"Japanese", "2025年1月2日(木) 10:11 Ann Lee <ann@example.com>:"},
           Attribution{"Korean", "2025년 1월 2일 (목) 오전 10:11, Ann Lee <ann@example.com>님이 작성:"},
           Attribution{"Polish, phone", "Wiadomość napisana przez Ann Lee <ann@example.com> w dniu 02.01.2025, o godz. 10:11:"},
           Attribution{"Turkish, phone", "Ann Lee <ann@example.com> şunları yazdı (2 Oca 2025 10:11):"},
           Attribution{"Thai", "เมื่อ พฤ. 2 ม.ค. 2025 เวลา 10:11 Ann Lee <ann@example.com> เขียนว่า:"},
           Attribution{"Slovene", "V V čet., 2. jan. 2025 ob 10:11 je oseba Ann Lee <ann@example.com> napisala:"},
           Attribution{"Catalan", "Missatge de Ann Lee <ann@example.com> del dia dj., 2 de gen. 2025 a les 10:11:"},
           Attribution{"dashes that are not ASCII", "\u2010\u2010\u2010\u2010 Original Message \u2010\u2010\u2010\u2010"},
           Attribution{"Android", "---- Ann Lee wrote ----"},
           Attribution{"Outlook separator", "-----Ursprüngliche Nachricht-----"},
           Attribution{"support desk", "##- Please type your reply above this line -##"},
           Attribution{"header block", "From: Ann Lee\nSent: Thursday, 2 January 2025 10:11\nTo: Bo\nSubject: Re: Stairs"},
           Attribution{"bold header block", "*De :* Ann Lee <ann@example.com>\n*Envoyé :* jeudi 2 janvier 2025 10:11\n*À :* Bo"},
           Attribution{"Japanese header block", "差出人: Ann Lee <ann@example.com>\n送信日時: 2025年1月2日 10:11\n宛先: Bo\n件名: Re"},
           Attribution{"rule above", "________________________________\nVon: ann@example.com\nGesendet: 2. Januar 2025 10:11"},
       }) {
    SCOPED_TRACE(about);
    const std::string quoted = "The stairs are fine.\nSee you there.\n\n" + std::string(lines);
    EXPECT_EQ(strip_text(quoted + "\n\nAre the stairs wet?\n").text, "The stairs are fine.\nSee you there.");
    EXPECT_EQ(strip_text(quoted + "\n> Are the stairs wet?\n").text, "The stairs are fine.\nSee you there.");
  }
}

TEST(StripText, KeepsWhatOnlyLooksLikeAQuotation) {
  for (const std::string_view text : {
           "On Monday we start. Ann wrote about it.\nBring boots.",
           "Please note:\nthe gate is shut at 10:30",
           "From: London\nTo: Paris\nby train",
           "He said on 2025-01-02 that all is well:\nit is not",
           ">>> look <<<\nhere",
           "-------- Enter the code below --------\n1234 5678 9999 1111 and so on and on, for ever and a day, my dear",
           "FYI\n\n---------- Forwarded message ----------\nFrom: ann@example.com\nDate: 2 Jan 2025 10:11\n\nHello",
           "Sent from my desk, which is easier than from a train.",
       }) {
    EXPECT_EQ(strip_text(text).text, text);
  }
}

TEST(StripText, KeepsAnswersBetweenAndBelowQuotedLines) {
  EXPECT_EQ(strip_text("On 2 Jan 2025, Ann wrote:\n> One?\n\nYes.\n\n> Two?\n> Three?\n\nNo.\n").text, "Yes.\n\nNo.");
  EXPECT_EQ(strip_text("> a\n> b\nbelow").text, "below");
  EXPECT_EQ(strip_text("fine On Wed, Apr 4, 2012 at 3:59 PM, ann@example.com wrote:\n> Hi").text, "fine");
}

TEST(StripText, SplitsOffTheSignature) {
  struct Case {
    std::string_view about, text, sender, kept, signature;
  };
  for (const auto& [about, text, sender, kept, signature] : {
           Case{"delimiter", "Hello\n-- \nAnn\nBo Ltd", "", "Hello", "-- \nAnn\nBo Ltd"},
           Case{"dashes", "Hello\n--\nAnn", "", "Hello", "--\nAnn"},
           Case{"dash and name", "Hello\n- ann", "", "Hello", "- ann"},
           Case{"closing", "Hello\n\nMit freundlichen Grüßen\nAnn Lee", "", "Hello", "Mit freundlichen Grüßen\nAnn Lee"},
           Case{"phone", "Hello\n\nSent from my phone", "", "Hello", "Sent from my phone"},
           Case{"phone, German", "Hello\nVon meinem iPhone gesendet", "", "Hello", "Von meinem iPhone gesendet"},
           Case{"name", "Hello\n\nAnn Lee\nBo Ltd\n+44 555 0100", "Ann Lee <al@example.com>", "Hello", "Ann Lee\nBo Ltd\n+44 555 0100"},
           Case{"a name in a sentence is none", "Hello\nAnn is well and sends you all her love", "Ann",
                "Hello\nAnn is well and sends you all her love", ""},
           Case{"never all of it", "Thanks!", "", "Thanks!", ""},
           Case{"bullets are none", "We need\n- eggs, 12\n- milk, 1 l\nfrom the shop on the corner, which is open until eight tonight", "",
                "We need\n- eggs, 12\n- milk, 1 l\nfrom the shop on the corner, which is open until eight tonight", ""},
       }) {
    SCOPED_TRACE(about);
    const StrippedText stripped = strip_text(text, sender);
    EXPECT_EQ(stripped.text, kept);
    EXPECT_EQ(stripped.signature, signature);
  }
}

TEST(StripHtml, CutsWhatMailProgramsQuoteAndKeepsTheRestOctetForOctet) {
  struct Case {
    std::string_view about, html, kept;
  };
  for (const auto& [about, html, kept] : {
           Case{"Gmail", "<p>Yes &amp; no<br></p><div class=\"gmail_quote\">On 2 Jan 2025, Ann wrote:<blockquote>Q</blockquote></div>",
                "<p>Yes &amp; no<br></p>"},
           Case{"Apple Mail", "Yes<div><br><blockquote type=\"cite\"><div>On 2 Jan 2025, Ann wrote:</div>Q</blockquote></div>", "Yes"},
           Case{"answers between", "<blockquote type=cite>A</blockquote><p>one</p><blockquote type=cite>B</blockquote><p>two</p>",
                "<p>one</p><p>two</p>"},
           Case{"Outlook", "<div><p>Yes</p></div><hr><div id=\"divRplyFwdMsg\">From: x</div><div>Q</div>", "<div><p>Yes</p></div>"},
           Case{"Yahoo", "<div>Yes</div><div id=\"ydp1yahoo_quoted_1\" class=\"ydp1yahoo_quoted\"><div>Q</div></div>", "<div>Yes</div>"},
           Case{"tags stay balanced", "<table><tr><td>Yes<p>On 2 Jan 2025 10:11, Ann &lt;a@example.com&gt; wrote:</p><b>Q</b></td></tr></table>",
                "<table><tr><td>Yes</td></tr></table>"},
           Case{"one line", "<p>Yes On Wed, Jan 2, 2025 at 1:00, a@example.com wrote:</p><blockquote>Q</blockquote>", "<p>Yes</p>"},
           Case{"a disclaimer below", "<p>Yes</p><blockquote>Q</blockquote><p>secret</p>", "<p>Yes</p><p>secret</p>"},
           Case{"forwarded", "<div class=\"gmail_quote\">---------- Forwarded message ---------<br>From: a</div>",
                "<div class=\"gmail_quote\">---------- Forwarded message ---------<br>From: a</div>"},
           Case{"all quoted", "<blockquote>Q</blockquote>", "<blockquote>Q</blockquote>"},
           Case{"a picture says something", "<img src=x><blockquote>Q</blockquote>", "<img src=x>"},
       }) {
    SCOPED_TRACE(about);
    EXPECT_EQ(strip_html(html), kept);
  }
}

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += piece;
  return out;
}

TEST(StripText, TakesAListForNoSignature) {
  for (const std::string_view text : {"Bring the following:\n- pens\n- paper\n\nSee you at noon.", "Two things.\n\n- one\n- two",
                                      "Agenda for 2026-01-05:\n - one\n - two", "To discuss:\n-----------------\nA. budget\nB. staff"}) {
    const StrippedText stripped = strip_text(text, "");
    EXPECT_EQ(stripped.text, text);
    EXPECT_EQ(stripped.signature, "");
  }
  EXPECT_EQ(strip_text("It is done.\n\n- Ann", "").signature, "- Ann");
}

TEST(Strip, AnswersHostileInput) {
  for (const std::string_view piece :
       {">\n", "\n", "> x\ny\n", "On 1:11\n", "On 1/1/2025 a@b wrote:\nx\n", "From: a\n\n", "-\n", "--\n", "a:\n", "1:\n", "____\n",
        "Sent from my \n", "On On On ", "<", "(", "@", "On 2025 <\n", "thanks\n", "1.1.1.1.1.1"}) {
    const std::string text = repeated(piece, 200'000);
    EXPECT_LE(strip_text(text, "Ann").text.size(), text.size());
  }
  for (const std::string_view piece : {"<div>", "<blockquote>", "<p>", "</div>", "<b>x", "<blockquote type=cite>x</blockquote>", "<", "&", "&#1",
                                       "<div class=gmail_quote>", "<br>On 2025 1:11 a@b wrote:<br>", "<hr>", "<!--", "<a href=", "<style>"}) {
    const std::string html = "x" + repeated(piece, 200'000);
    EXPECT_LE(strip_html(html).size(), html.size());
  }
}

}  // namespace
}  // namespace postroad::mail::quote
