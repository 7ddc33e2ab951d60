<?php
// Receives webhooks of Payonce with PHP alone: WEBHOOK_SECRET=whsec_... php -S 127.0.0.1:4000 receive.php

function is_genuine(string $key, string $body): bool
{
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $at = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if (!ctype_digit($at) || abs(time() - (int) $at) > 300) {
        return false;
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$at.$body", $key, true));
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
        if (hash_equals($expected, $given)) {
            return true;
        }
    }
    return false;
}

$key = base64_decode(substr((string) getenv('WEBHOOK_SECRET'), strlen('whsec_')), true);
// The raw bytes: parsed and written again they would have another signature.
$body = file_get_contents('php://input');
if ($key === false || strlen($key) < 24 || !is_genuine($key, $body)) {
    http_response_code(400);
    exit;
}
// Here: insert the id into a table where it is unique, in the commit that does the work; a repeat inserts nothing and does nothing.
file_put_contents('php://stdout', $_SERVER['HTTP_WEBHOOK_ID'] . ' ' . json_decode($body)->type . "\n");
http_response_code(204);
