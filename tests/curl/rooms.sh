#!/usr/bin/env bash
# Document S2 from registration to leaving, each endpoint once. Needs a running stack: npm start, then tests/curl/rooms.sh
source "$(dirname "$0")/call.sh"
mount=/rooms/api
ada=ada-$run bob=bob-$run

call 'Ada signs up' 201 POST $mount/auth/signup -H "$json" -d "{\"username\": \"$ada\", \"password\": \"$password\"}"
call 'Ada signs in' 200 POST $mount/auth/login -H "$json" -d "{\"username\": \"$ada\", \"password\": \"$password\"}"
as_ada="authorization: Bearer $(pick .token)"
call 'Bob signs up' 201 POST $mount/auth/signup -H "$json" -d "{\"username\": \"$bob\", \"password\": \"$password\"}"
as_bob="authorization: Bearer $(pick .token)"

call 'Ada makes a room' 201 POST $mount/rooms -H "$as_ada" -H "$json" \
  -d "{\"name\": \"Lunch $run\", \"description\": \"Where to eat\"}"
room=$(pick .id)
call 'The rooms, also without a token' 200 GET $mount/rooms
says "$room"
call 'Bob says something, and so is in it' 201 POST $mount/messages -H "$as_bob" -H "$json" \
  -d "{\"roomId\": \"$room\", \"message\": \"Soup at noon?\"}"
call 'What was said, also without a token' 200 GET $mount/messages/$room
says 'Soup at noon?'
call 'The room with what was said' 200 GET $mount/rooms/$room -H "$as_ada"
says "$bob"

call 'Ada sends the menu' 201 POST $mount/files/upload -H "$as_ada" \
  -F 'file=Soup and salad;filename=menu.txt' -F roomId=$room
file=$(pick .id)
call 'The files' 200 GET $mount/files
says "$file"
call 'The menu' 200 GET $mount/files/$file
says 'Soup and salad'

call 'Ada signs out' 200 GET $mount/auth/logout -H "$as_ada"
call 'Her token is worth nothing' 401 POST $mount/rooms -H "$as_ada" -H "$json" -d '{"name": "Dinner"}'
