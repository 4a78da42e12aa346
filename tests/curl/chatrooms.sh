#!/usr/bin/env bash
# Document S0 from registration to a ban, each endpoint once. Needs a running stack: npm start, then tests/curl/chatrooms.sh
source "$(dirname "$0")/call.sh"
mount=/chatrooms/api
ada=ada-$run bob=bob-$run

call 'Ada registers' 201 POST $mount/users/register -H "$json" \
  -d "{\"username\": \"$ada\", \"password\": \"$password\", \"email\": \"$ada@example.com\"}"
ada_id=$(pick .id)
call 'Bob registers' 201 POST $mount/users/register -H "$json" \
  -d "{\"username\": \"$bob\", \"password\": \"$password\", \"email\": \"$bob@example.com\"}"
bob_id=$(pick .id)
call 'Ada signs in' 200 POST $mount/users/login -H "$json" -d "{\"username\": \"$ada\", \"password\": \"$password\"}"
as_ada="authorization: Bearer $(pick .token)"
call 'Bob signs in' 200 POST $mount/users/login -H "$json" -d "{\"username\": \"$bob\", \"password\": \"$password\"}"
as_bob="authorization: Bearer $(pick .token)"

call 'Ada finds Bob' 200 GET "$mount/search/users?q=$bob" -H "$as_ada"
says "$bob_id"
call 'Bob is away' 200 PUT $mount/users/$bob_id/status -H "$as_bob" -H "$json" -d '{"status": "away"}'
call 'Ada looks at Bob' 200 GET $mount/users/$bob_id -H "$as_ada"
says '"status":"away"'

call 'Ada makes a chatroom' 201 POST $mount/chatrooms -H "$as_ada" -H "$json" -d '{"name": "Lunch", "members": []}'
room=$(pick .id)
call 'Ada adds Bob' 201 POST $mount/chatrooms/$room/members -H "$as_ada" -H "$json" -d "{\"userId\": \"$bob_id\"}"
call "Bob's chatrooms" 200 GET $mount/chatrooms -H "$as_bob"
says "$room"

call 'Ada says something' 201 POST $mount/messages -H "$as_ada" -H "$json" \
  -d "{\"chatroomId\": \"$room\", \"sender\": \"$ada_id\", \"message\": \"Soup at noon?\"}"
message=$(pick .id)
call 'Ada corrects it' 200 PUT $mount/messages/$message -H "$as_ada" -H "$json" -d '{"message": "Salad at noon?"}'
call 'What Bob was told' 200 GET $mount/notifications -H "$as_bob"
notification=$(pick '[0].id')
call 'Bob has read it' 200 PUT $mount/notifications/$notification -H "$as_bob"
call 'Bob reads the chatroom' 200 GET $mount/chatrooms/$room/messages -H "$as_bob"
says 'Salad at noon?'
call 'Bob finds it' 200 GET "$mount/search/messages?q=salad&chatroomId=$room" -H "$as_bob"
says "$message"

call 'Ada sends the menu' 201 POST $mount/files -H "$as_ada" \
  -F 'file=Soup and salad;filename=menu.txt' -F chatroomId=$room
call 'The files of the chatroom' 200 GET $mount/chatrooms/$room/files -H "$as_bob"
says menu.txt
call 'Ada takes her message back' 200 DELETE $mount/messages/$message -H "$as_ada"
call 'It is gone' 200 GET "$mount/search/messages?q=salad&chatroomId=$room" -H "$as_bob"
says '[]'

promote "$ada"
call 'Figures of the platform' 200 GET $mount/admin/stats -H "$as_ada"
call 'Ada bans Bob' 200 POST $mount/admin/ban -H "$as_ada" -H "$json" \
  -d "{\"userId\": \"$bob_id\", \"reason\": \"An example\"}"
call 'Bob is shut out' 403 GET $mount/chatrooms -H "$as_bob"
call 'Bob signs in no more' 403 POST $mount/users/login -H "$json" \
  -d "{\"username\": \"$bob\", \"password\": \"$password\"}"
