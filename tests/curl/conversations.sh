#!/usr/bin/env bash
# Document S4 from registration to deletion, each endpoint once. Needs a running stack: npm start, then tests/curl/conversations.sh
source "$(dirname "$0")/call.sh"
mount=/conversations
ada=ada-$run bob=bob-$run

call 'Ada registers' 201 POST $mount/register -H "$json" -d "{\"username\": \"$ada\", \"password\": \"$password\"}"
ada_id=$(pick .id)
call 'Bob registers' 201 POST $mount/register -H "$json" -d "{\"username\": \"$bob\", \"password\": \"$password\"}"
bob_id=$(pick .id)
call 'Ada signs in' 200 POST $mount/login -H "$json" -d "{\"username\": \"$ada\", \"password\": \"$password\"}"
as_ada="authorization: Bearer $(pick .token)"
call 'Bob signs in' 200 POST $mount/login -H "$json" -d "{\"username\": \"$bob\", \"password\": \"$password\"}"
as_bob="authorization: Bearer $(pick .token)"

call 'Bob gets a picture' 200 PUT $mount/users/$bob_id -H "$as_bob" -H "$json" \
  -d '{"profilePicture": "https://example.com/bob.png"}'
call 'Ada looks at Bob' 200 GET $mount/users/$bob_id -H "$as_ada"
says bob.png
call 'Who else there is' 200 GET "$mount/users?after=ada-&limit=100" -H "$as_ada"
says '"username"'

call 'Ada starts a conversation with Bob' 201 POST $mount/conversations -H "$as_ada" -H "$json" \
  -d "{\"participants\": [\"$bob_id\"]}"
conversation=$(pick .id)
call 'Ada says something' 201 POST $mount/conversations/$conversation/message -H "$as_ada" -H "$json" \
  -d '{"content": "Soup at noon?"}'
message=$(pick .id)
call 'Bob reads it' 200 GET $mount/conversations/$conversation -H "$as_bob"
says 'Soup at noon?'
last=$(pick .lastSeq)
call 'Ada sees that he has' 200 GET $mount/conversations/$conversation -H "$as_ada"
says '"status":"read"'

# She speaks while he waits.
(
  sleep 1
  call 'Ada says more' 201 POST $mount/conversations/$conversation/message -H "$as_ada" -H "$json" \
    -d '{"content": "Or salad?"}'
) &
call 'Bob waits for what comes next' 200 GET "$mount/conversations/$conversation?after=$last&wait=25" -H "$as_bob"
says 'Or salad?'
wait $!

call 'Ada takes her first message back' 200 DELETE $mount/conversations/$conversation/message/$message -H "$as_ada"
call 'Bob does not see it any more' 200 GET $mount/conversations/$conversation -H "$as_bob"
[[ $answer != *'Soup at noon?'* ]] || fail 'it is still there'
call 'Bob deletes his account' 200 DELETE $mount/users/$bob_id -H "$as_bob"
call 'Bob is gone' 404 GET $mount/users/$bob_id -H "$as_ada"
