<?php
// Symfony's Mailgun bridge as Debian ships it: php symfony.php HOST PORT KEY DOMAIN FILE CA_FILE
// Prints one JSON object of what the transports handed back (story.py). It always speaks TLS.
require '/usr/share/php/Symfony/Component/HttpClient/autoload.php';
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';
require '/usr/share/php/Symfony/Component/Mailer/Bridge/Mailgun/autoload.php';

use Symfony\Component\HttpClient\HttpClient;
use Symfony\Component\Mailer\Bridge\Mailgun\Transport\MailgunTransportFactory;
use Symfony\Component\Mailer\Exception\HttpTransportException;
use Symfony\Component\Mailer\Header\MetadataHeader;
use Symfony\Component\Mailer\Header\TagHeader;
use Symfony\Component\Mailer\Transport;
use Symfony\Component\Mime\Address;
use Symfony\Component\Mime\Email;

[, $host, $port, $key, $domain, $file, $ca] = $argv;
$client = HttpClient::create(['cafile' => $ca]);

function transport(string $scheme, string $key, string $domain)
{
    global $host, $port, $client;
    $factory = new MailgunTransportFactory(null, $client);
    return $factory->create(Transport\Dsn::fromString("mailgun+$scheme://$key:$domain@$host:$port"));
}

function sent(string $scheme, Email $email, string $key, string $domain): array
{
    $message = transport($scheme, $key, $domain)->send($email);
    return ['id' => $message->getMessageId(), 'message' => 'Queued (200 is the only answer the bridge takes)'];
}

function refusal(Email $email, string $key, string $domain): array
{
    try {
        return sent('api', $email, $key, $domain);
    } catch (HttpTransportException $error) {
        return ['status' => $error->getResponse()->getStatusCode(), 'error' => $error->getMessage()];
    }
}

function plain(string $domain): Email
{
    return (new Email())->from("app@mail.shop.test")->to('ana@north.test')->subject('x')->text('x');
}

$email = (new Email())->from(new Address("app@$domain", 'Jörg Shop'))->to(new Address('ana@north.test', 'Ana'), 'bob@south.test')
    ->replyTo("help@$domain")->subject('Grüße aus dem Laden')->text("Hello Ana,\n.dot\nJörg €\n")
    ->html('<p>Hello <b>Ana</b></p><img src="cid:logo.png">')
    ->attachFromPath($file, 'order.bin', 'application/x-shop')->embed(hex2bin('89504e470d0a1a0a'), 'logo.png', 'image/png');
$email->getHeaders()->add(new TagHeader('orders'));
$email->getHeaders()->add(new MetadataHeader('order', '7781'));
$email->getHeaders()->addTextHeader('o:tracking', 'no');
$seen['sent'] = sent('api', $email, $key, $domain);

$test = plain($domain)->to('tess@north.test');
$test->getHeaders()->addTextHeader('o:testmode', 'yes');
$seen['test_mode'] = sent('api', $test, $key, $domain);

$batch = (new Email())->from("app@$domain")->to('carl@west.test', 'dora@east.test')->subject('Hello %recipient.name%')
    ->text('Dear %recipient.name%');
$batch->getHeaders()->addTextHeader('recipient-variables', json_encode(
    ['carl@west.test' => ['name' => 'Carl'], 'dora@east.test' => ['name' => 'Dora']]));
$seen['batch'] = sent('api', $batch, $key, $domain);

$ready = (new Email())->from("app@$domain")->to('dora@east.test')->subject('Ready made')->text('Already MIME.');
$seen['mime'] = sent('https', $ready, $key, $domain);

$seen['unknown_domain'] = refusal(plain($domain), $key, 'nobody.example');
$tracked = plain($domain);
$tracked->getHeaders()->addTextHeader('o:tracking', 'yes');
$seen['not_built'] = refusal($tracked, $key, $domain);
try {
    $seen['wrong_key'] = refusal(plain($domain), 'key-wrong', $domain);
} catch (\Throwable $error) {
    $seen['wrong_key'] = ['status' => 0, 'error' => $error->getMessage()];
}
echo json_encode($seen), "\n";
