#!/usr/bin/env bash
# A short way through document S3. Needs a running stack: npm start, then tests/curl/connectbest.sh
source "$(dirname "$0")/call.sh"
mount=/api
ada=ada-$run@example.com bob=bob-$run@example.com

# The code that was mailed to somebody, as soon as it is there.
code_to() {
  for _ in {1..40}; do
    curl --silent --show-error "${MAIL_URL:-http://127.0.0.1:54324}/email" | node -e '
const mails = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
const mail = mails.find(({ to }) => to.some(({ address }) => address === process.argv[1]))
const code = /^\s*(\d{6})$/m.exec(mail?.text ?? "")?.[1]
if (code) console.log(code)
else process.exitCode = 1' "$1" && return
    sleep 0.25
  done
  fail "no mail came to $1"
}

call 'Ada registers' 201 POST $mount/auth/register -H "$json" \
  -d "{\"email\": \"$ada\", \"password\": \"$password\", \"name\": \"Ada Lovelace\"}"
ada_id=$(pick .user.id)
code=$(code_to "$ada")
call 'Ada verifies her address' 200 POST $mount/auth/verify-email -H "$json" -d "{\"email\": \"$ada\", \"code\": \"$code\"}"
call 'Ada signs in' 200 POST $mount/auth/login -H "$json" -d "{\"email\": \"$ada\", \"password\": \"$password\"}"
as_ada="authorization: Bearer $(pick .token)"
call 'Who she is' 200 GET $mount/auth/me -H "$as_ada"
says "$ada_id"
call 'Bob registers' 201 POST $mount/auth/register -H "$json" \
  -d "{\"email\": \"$bob\", \"password\": \"$password\", \"name\": \"Bob Babbage\"}"
bob_id=$(pick .user.id)
as_bob="authorization: Bearer $(pick .token)"

call 'Ada finds Bob' 200 GET "$mount/users/search?query=$bob" -H "$as_ada"
says "$bob_id"
call 'Ada is busy' 200 PUT $mount/users/status -H "$as_ada" -H "$json" -d '{"status": "busy"}'
call 'Ada makes a channel' 201 POST $mount/chat/channels -H "$as_ada" -H "$json" \
  -d "{\"name\": \"lunch-$run\", \"type\": \"private\", \"members\": [\"$bob_id\"]}"
channel=$(pick .channel.id)
call "Bob's channels" 200 GET $mount/chat/channels -H "$as_bob"
says "$channel"

call 'Ada sends a file' 200 POST $mount/upload -H "$as_ada" -F 'files=Soup and salad;filename=menu.txt'
file=$(pick '.attachments[0].id')
call 'Ada says something with it' 201 POST $mount/chat/channels/$channel/messages/send -H "$as_ada" -H "$json" \
  -d "{\"content\": \"@[Bob Babbage] soup?\", \"attachments\": [\"$file\"]}"
message=$(pick .message.id)
call 'What Bob was told' 200 GET $mount/notifications -H "$as_bob"
says '"type":"mention"'
call 'Bob reads it' 200 GET $mount/chat/channels/$channel/messages -H "$as_bob"
says menu.txt
call 'Bob likes it' 200 POST $mount/chat/channels/$channel/messages/$message/reactions -H "$as_bob" -H "$json" \
  -d '{"emoji": "👍"}'
call 'Ada corrects it' 200 PUT $mount/chat/channels/$channel/messages/$message -H "$as_ada" -H "$json" \
  -d '{"content": "@[Bob Babbage] salad?"}'
call 'Bob finds it' 200 GET "$mount/chat/search?query=salad&channelId=$channel" -H "$as_bob"
says "$message"
call 'Ada takes it back' 200 DELETE $mount/chat/channels/$channel/messages/$message -H "$as_ada"

promote "$ada"
call "Ada deletes Bob's account" 200 DELETE $mount/admin/users/$bob_id -H "$as_ada"
call 'Bob is gone' 404 GET $mount/users/$bob_id -H "$as_ada"
call 'Ada signs out' 200 POST $mount/auth/logout -H "$as_ada"
call 'Her token is worth nothing' 401 GET $mount/auth/me -H "$as_ada"
