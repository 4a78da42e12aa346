#!/usr/bin/env bash
# One group in the words of all five documents, below /api. Needs a running stack: npm start, then tests/curl/api.sh
source "$(dirname "$0")/call.sh"
ada=ada-$run bob=bob-$run

call 'Ada registers as in S0' 201 POST /api/users/register -H "$json" \
  -d "{\"username\": \"$ada\", \"password\": \"$password\", \"email\": \"$ada@example.com\"}"
ada_id=$(pick .id)
call 'Bob registers as in S4' 201 POST /api/register -H "$json" -d "{\"username\": \"$bob\", \"password\": \"$password\"}"
bob_id=$(pick .id)
call 'Ada signs in as in S1' 200 POST /api/users/login -H "$json" -d "{\"username\": \"$ada\", \"password\": \"$password\"}"
as_ada="authorization: Bearer $(pick .token)"
call 'Bob signs in as in S2' 200 POST /api/auth/login -H "$json" -d "{\"username\": \"$bob\", \"password\": \"$password\"}"
as_bob="authorization: Bearer $(pick .token)"

call 'Ada makes a group of S1' 201 POST /api/groups -H "$as_ada" -H "$json" \
  -d "{\"name\": \"Lunch\", \"members\": [\"$bob_id\"]}"
group=$(pick .id)
call 'It is one of the chatrooms of S0' 200 GET /api/chatrooms -H "$as_bob"
says "$group"
call 'And one of the conversations of S4' 200 GET /api/conversations -H "$as_bob"
says "$group"

call 'Ada speaks as in S0' 201 POST /api/messages -H "$as_ada" -H "$json" \
  -d "{\"chatroomId\": \"$group\", \"sender\": \"$ada_id\", \"message\": \"Said in S0\"}"
call 'Ada speaks as in S1' 201 POST /api/messages -H "$as_ada" -H "$json" \
  -d "{\"senderId\": \"$ada_id\", \"receiverId\": \"$group\", \"content\": \"Said in S1\"}"
call 'Ada speaks as in S2' 201 POST /api/messages -H "$as_ada" -H "$json" \
  -d "{\"roomId\": \"$group\", \"message\": \"Said in S2\"}"
call 'Ada speaks as in S3' 201 POST /api/chat/channels/$group/messages/send -H "$as_ada" -H "$json" \
  -d '{"content": "Said in S3"}'
call 'Ada speaks as in S4' 201 POST /api/conversations/$group/message -H "$as_ada" -H "$json" -d '{"content": "Said in S4"}'
message=$(pick .id)
call 'Who speaks as in two at once says nothing' 400 POST /api/messages -H "$as_ada" -H "$json" \
  -d "{\"chatroomId\": \"$group\", \"message\": \"To whom?\", \"receiverId\": \"$bob_id\", \"content\": \"To whom?\"}"

for path in chatrooms/$group/messages messages/$group chat/channels/$group/messages conversations/$group; do
  call 'Bob reads all of it' 200 GET /api/$path -H "$as_bob"
  for document in S0 S1 S2 S3 S4; do says "Said in $document"; done
done

call 'Ada takes back as in S1 what she said in S4' 200 DELETE /api/messages/$message -H "$as_ada"
call 'Bob does not see it in S0' 200 GET /api/chatrooms/$group/messages -H "$as_bob"
[[ $answer != *'Said in S4'* ]] || fail 'it is still there'
call 'Bob leaves as in S1' 200 PUT /api/groups/$group/members -H "$as_bob" -H "$json" -d "{\"memberId\": \"$bob_id\"}"
call 'Bob does not find it in S4' 404 GET /api/conversations/$group -H "$as_bob"
call 'Bob deletes his account as in S4' 200 DELETE /api/users/$bob_id -H "$as_bob"
call 'Ada does not find him in S3' 404 GET /api/users/$bob_id -H "$as_ada"
call 'Ada signs out as in S2' 200 GET /api/auth/logout -H "$as_ada"
