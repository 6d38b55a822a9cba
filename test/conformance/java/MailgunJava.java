// Unmodified mailgun-java: MailgunJava BASE_URL KEY DOMAIN FILE EML. Prints one JSON object of what the client handed back.
import com.fasterxml.jackson.databind.ObjectMapper;
import com.mailgun.api.v1.MailgunLogsApi;
import com.mailgun.api.v3.MailgunEventsApi;
import com.mailgun.api.v3.MailgunMessagesApi;
import com.mailgun.api.v3.MailgunStoreMessagesApi;
import com.mailgun.client.MailgunClient;
import com.mailgun.enums.EventType;
import com.mailgun.model.events.EventItem;
import com.mailgun.model.events.EventsQueryOptions;
import com.mailgun.model.events.EventsResponse;
import com.mailgun.model.logs.LogsRequest;
import com.mailgun.model.message.MailgunMimeMessage;
import com.mailgun.model.message.Message;
import com.mailgun.model.message.MessageResponse;
import com.mailgun.util.EmailUtil;
import feign.FeignException;
import java.io.File;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

public class MailgunJava {
  static Map<String, Object> sent(MessageResponse response) {
    return Map.of("id", response.getId(), "message", response.getMessage());
  }

  static Map<String, Object> refusal(Supplier<MessageResponse> call) {
    try {
      return sent(call.get());
    } catch (FeignException error) {
      return Map.of("status", error.status(), "body", error.contentUTF8());
    }
  }

  static List<EventItem> settled(MailgunEventsApi events, String domain, String recipient) throws Exception {
    for (int i = 0; i < 200; ++i) {
      EventsQueryOptions options = EventsQueryOptions.builder().event(EventType.DELIVERED).recipient(recipient).build();
      List<EventItem> items = events.getEvents(domain, options).getItems();
      if (!items.isEmpty()) return items;
      Thread.sleep(50);
    }
    throw new IllegalStateException("no delivery to " + recipient + " was told");
  }

  public static void main(String[] arguments) throws Exception {
    String base = arguments[0], key = arguments[1], domain = arguments[2];
    File file = new File(arguments[3]), eml = new File(arguments[4]);
    MailgunMessagesApi messages = MailgunClient.config(base, key).createApi(MailgunMessagesApi.class);
    MailgunEventsApi events = MailgunClient.config(base, key).createApi(MailgunEventsApi.class);
    Map<String, Object> seen = new LinkedHashMap<>();

    seen.put("sent", sent(messages.sendMessage(domain, Message.builder()
        .from(EmailUtil.nameWithEmail("Jörg Shop", "app@" + domain))
        .to(List.of("Ana <ana@north.test>", "bob@south.test"))
        .subject("Grüße aus dem Laden")
        .text("Hello Ana,\n.dot\nJörg €\n")
        .html("<p>Hello <b>Ana</b></p><img src=\"cid:logo.png\">")
        .attachment(file)
        .tag(List.of("orders", "java"))
        .tracking(false)
        .dkim(true)
        .requireTls(false)
        .replyTo("help@" + domain)
        .build())));
    seen.put("test_mode", sent(messages.sendMessage(domain, Message.builder()
        .from("app@" + domain).to("tess@north.test").subject("Test").text("x").testMode(true).build())));
    seen.put("batch", sent(messages.sendMessage(domain, Message.builder()
        .from("app@" + domain).to(List.of("carl@west.test", "dora@east.test"))
        .subject("Hello %recipient.name%").text("Dear %recipient.name%")
        .recipientVariables(Map.of("carl@west.test", Map.of("name", "Carl"), "dora@east.test", Map.of("name", "Dora")))
        .build())));
    seen.put("mime", sent(messages.sendMIMEMessage(domain,
        MailgunMimeMessage.builder().to("dora@east.test").message(eml).build())));

    Message.MessageBuilder plain = Message.builder().from("app@" + domain).subject("x").text("x");
    seen.put("bad_address", refusal(() -> messages.sendMessage(domain,
        Message.builder().from("app@" + domain).to("not an address").subject("x").text("x").build())));
    Message one = plain.to("ana@north.test").build();
    seen.put("unknown_domain", refusal(() -> messages.sendMessage("nobody.example", one)));
    seen.put("not_built", refusal(() -> messages.sendMessage(domain,
        Message.builder().from("app@" + domain).to("ana@north.test").subject("x").text("x").tracking(true).build())));
    MailgunMessagesApi stranger = MailgunClient.config(base, "key-wrong").createApi(MailgunMessagesApi.class);
    seen.put("wrong_key", refusal(() -> stranger.sendMessage(domain, one)));

    List<String> delivered = new ArrayList<>();
    for (EventItem item : settled(events, domain, "bob@south.test")) delivered.add(item.getRecipient());
    seen.put("delivered", delivered);
    for (String recipient : List.of("carl@west.test", "dora@east.test")) settled(events, domain, recipient);
    EventItem delivery = settled(events, domain, "ana@north.test").get(0);
    List<String> walked = new ArrayList<>();
    EventsResponse page = events.getEvents(domain, EventsQueryOptions.builder().limit(2).build());
    while (!page.getItems().isEmpty()) {
      for (EventItem item : page.getItems()) walked.add(item.getId());
      String next = page.getPaging().getNext();
      page = events.getEvents(domain, next.substring(next.lastIndexOf('/') + 1));
    }
    seen.put("walked", walked);

    String url = delivery.getStorage().getUrl();
    MailgunStoreMessagesApi store = MailgunClient.config(url, key).createApiWithAbsoluteUrl(MailgunStoreMessagesApi.class);
    seen.put("stored", Map.of("subject", store.retrieveMessage().getSubject()));
    ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
    MailgunLogsApi logs = MailgunClient.config(base, key).createApi(MailgunLogsApi.class);
    List<String> logged = new ArrayList<>();
    for (var item : logs.getLogs(LogsRequest.builder()
        .start(now.minusHours(1).format(DateTimeFormatter.RFC_1123_DATE_TIME)).end(now.plusMinutes(1).format(DateTimeFormatter.RFC_1123_DATE_TIME))
        .events(Set.of("delivered")).includeTotals(true).build()).getItems()) {
      if ("Grüße aus dem Laden".equals(item.getMessage().getHeaders().getSubject())) logged.add(item.getRecipient());
    }
    seen.put("logs", logged);
    seen.put("resent", sent(store.resendMessage("ana@north.test")));
    System.out.println(new ObjectMapper().writeValueAsString(seen));
  }
}
