// Unmodified mailgun-go: main BASE_URL KEY DOMAIN FILE EML. Prints one JSON object of what the client handed back (story.py).
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/mailgun/mailgun-go/v5"
	"github.com/mailgun/mailgun-go/v5/events"
	"github.com/mailgun/mailgun-go/v5/mtypes"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func client(base, key string) *mailgun.Client {
	mg := mailgun.NewMailgun(key)
	must(mg.SetAPIBase(base))
	return mg
}

func sent(resp mtypes.SendMessageResponse, err error) map[string]any {
	must(err)
	return map[string]any{"id": resp.ID, "message": resp.Message}
}

func refusal(_ mtypes.SendMessageResponse, err error) map[string]any {
	var unexpected *mailgun.UnexpectedResponseError
	if errors.As(err, &unexpected) {
		return map[string]any{"status": unexpected.Actual, "data": string(unexpected.Data)}
	}
	return map[string]any{"status": 0, "error": fmt.Sprint(err)}
}

// settled polls, as the client does, until the recipient's delivery is told.
func settled(ctx context.Context, mg *mailgun.Client, domain, recipient string) *events.Delivered {
	poller := mg.PollEvents(domain, &mailgun.ListEventOptions{
		Begin:        time.Now().Add(-time.Minute),
		PollInterval: 100 * time.Millisecond,
		Filter:       map[string]string{"event": "delivered", "recipient": recipient},
	})
	var page []events.Event
	if !poller.Poll(ctx, &page) {
		log.Fatal("no delivery to ", recipient, ": ", poller.Err())
	}
	return page[0].(*events.Delivered)
}

func main() {
	base, key, domain, file, eml := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	ctx, cancel := context.WithTimeout(context.Background(), 45*time.Second)
	defer cancel()
	mg := client(base, key)
	seen := map[string]any{}

	m := mailgun.NewMessage(domain, "Jörg Shop <app@"+domain+">", "Grüße aus dem Laden", "Hello Ana,\n.dot\nJörg €\n",
		"Ana <ana@north.test>", "bob@south.test")
	m.SetHTML(`<p>Hello <b>Ana</b></p><img src="cid:logo.png">`)
	m.AddAttachment(file)
	m.AddBufferAttachment("note.txt", []byte("a note"))
	must(m.AddTag("orders", "go"))
	must(m.AddVariable("order", "7781"))
	m.SetReplyTo("help@" + domain)
	m.SetTracking(false)
	m.SetDKIM(true)
	m.SetRequireTLS(false)
	seen["sent"] = sent(mg.Send(ctx, m))

	t := mailgun.NewMessage(domain, "app@"+domain, "Test", "x", "tess@north.test")
	t.EnableTestMode()
	seen["test_mode"] = sent(mg.Send(ctx, t))

	b := mailgun.NewMessage(domain, "app@"+domain, "Hello %recipient.name%", "Dear %recipient.name%")
	must(b.AddRecipientAndVariables("carl@west.test", map[string]any{"name": "Carl"}))
	must(b.AddRecipientAndVariables("dora@east.test", map[string]any{"name": "Dora"}))
	seen["batch"] = sent(mg.Send(ctx, b))

	ready, err := os.Open(eml)
	must(err)
	seen["mime"] = sent(mg.Send(ctx, mailgun.NewMIMEMessage(domain, ready, "dora@east.test")))

	plain := func(domain string, to string) *mailgun.PlainMessage {
		return mailgun.NewMessage(domain, "app@mail.shop.test", "x", "x", to)
	}
	seen["bad_address"] = refusal(mg.Send(ctx, plain(domain, "not an address")))
	seen["unknown_domain"] = refusal(mg.Send(ctx, plain("nobody.example", "ana@north.test")))
	tracked := plain(domain, "ana@north.test")
	tracked.SetTracking(true)
	seen["not_built"] = refusal(mg.Send(ctx, tracked))
	seen["wrong_key"] = refusal(client(base, "key-wrong").Send(ctx, plain(domain, "ana@north.test")))

	seen["delivered"] = []string{settled(ctx, mg, domain, "bob@south.test").Recipient}
	for _, to := range []string{"carl@west.test", "dora@east.test"} {
		settled(ctx, mg, domain, to)
	}
	delivery := settled(ctx, mg, domain, "ana@north.test")
	walked := []string{}
	pages := mg.ListEvents(domain, &mailgun.ListEventOptions{Limit: 2})
	var page []events.Event
	for pages.Next(ctx, &page) {
		for _, event := range page {
			walked = append(walked, event.GetID())
		}
	}
	must(pages.Err())
	seen["walked"] = walked

	stored, err := mg.GetStoredMessage(ctx, delivery.Storage.URL)
	must(err)
	seen["stored"] = map[string]any{"subject": stored.Subject}
	raw, err := mg.GetStoredMessageRaw(ctx, delivery.Storage.URL)
	must(err)
	if raw.BodyMime == "" {
		log.Fatal("no body-mime")
	}
	for _, attachment := range stored.Attachments {
		if attachment.Name == "order.bin" {
			data, err := mg.GetStoredAttachment(ctx, attachment.URL)
			must(err)
			sum := sha256.Sum256(data)
			seen["attachment"] = hex.EncodeToString(sum[:])
		}
	}
	seen["resent"] = sent(mg.ReSend(ctx, delivery.Storage.URL, "ana@north.test"))
	must(json.NewEncoder(os.Stdout).Encode(seen))
}
