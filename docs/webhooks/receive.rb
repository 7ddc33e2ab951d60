# Receives webhooks of Payonce with the standard library alone: WEBHOOK_SECRET=whsec_... PORT=4000 ruby receive.rb
require 'base64'
require 'json'
require 'openssl'
require 'set'
require 'socket'

KEY = Base64.strict_decode64(ENV.fetch('WEBHOOK_SECRET').delete_prefix('whsec_'))
raise 'Set WEBHOOK_SECRET.' if KEY.bytesize < 24

SEEN = Set.new # In your own server: a table with a unique id, written in the commit that does the work.

def genuine?(headers, body)
  id, at = headers.values_at('webhook-id', 'webhook-timestamp')
  return false unless at.to_s.match?(/\A\d+\z/) && (Time.now.to_i - at.to_i).abs <= 300

  expected = "v1,#{Base64.strict_encode64(OpenSSL::HMAC.digest('SHA256', KEY, "#{id}.#{at}.".b + body))}"
  headers['webhook-signature'].to_s.split.any? { |given| OpenSSL.secure_compare(given, expected) }
end

# Your framework brings a server; this one is as small as can be.
server = TCPServer.new('127.0.0.1', Integer(ENV.fetch('PORT', '4000')))
$stdout.sync = true
loop do
  socket = server.accept
  headers = {}
  socket.gets
  while (line = socket.gets&.chomp) && !line.empty?
    name, value = line.split(': ', 2)
    headers[name.downcase] = value
  end
  # The raw bytes: parsed and written again they would have another signature.
  body = socket.read(headers['content-length'].to_i).to_s
  genuine = genuine?(headers, body)
  puts "#{headers['webhook-id']} #{JSON.parse(body)['type']}" if genuine && SEEN.add?(headers['webhook-id'])
  socket.write("HTTP/1.1 #{genuine ? '204 No Content' : '400 Bad Request'}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
  socket.close
end
