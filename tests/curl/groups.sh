#!/usr/bin/env bash
# Document S1 from registration to deletion, each endpoint once. Needs a running stack: npm start, then tests/curl/groups.sh
source "$(dirname "$0")/call.sh"
mount=/groups/api
ada=ada-$run bob=bob-$run

call 'Ada registers' 201 POST $mount/users/register -H "$json" -d "{\"username\": \"$ada\", \"password\": \"$password\"}"
ada_id=$(pick .id)
call 'Bob registers' 201 POST $mount/users/register -H "$json" -d "{\"username\": \"$bob\", \"password\": \"$password\"}"
bob_id=$(pick .id)
call 'Ada signs in' 200 POST $mount/users/login -H "$json" -d "{\"username\": \"$ada\", \"password\": \"$password\"}"
as_ada="authorization: Bearer $(pick .token)"
call 'Bob signs in' 200 POST $mount/users/login -H "$json" -d "{\"username\": \"$bob\", \"password\": \"$password\"}"
as_bob="authorization: Bearer $(pick .token)"

call 'Bob takes another username' 200 PUT $mount/users/$bob_id -H "$as_bob" -H "$json" -d "{\"username\": \"$bob-x\"}"
call 'Ada looks at Bob' 200 GET $mount/users/$bob_id -H "$as_ada"
says "$bob-x"
call 'Bob plays' 200 PUT $mount/status -H "$as_bob" -H "$json" -d "{\"userId\": \"$bob_id\", \"status\": \"playing\"}"
call 'How Bob is' 200 GET $mount/status/$bob_id -H "$as_ada"
says '"status":"playing"'

call 'Ada writes to Bob' 201 POST $mount/messages -H "$as_ada" -H "$json" \
  -d "{\"senderId\": \"$ada_id\", \"receiverId\": \"$bob_id\", \"content\": \"Good morning\"}"
message=$(pick .id)
call 'Bob reads what Ada wrote' 200 GET $mount/messages/$ada_id -H "$as_bob"
says 'Good morning'
call 'Ada takes it back' 200 DELETE $mount/messages/$message -H "$as_ada"

for noun in groups channels; do
  call "Ada makes one of the $noun" 201 POST $mount/$noun -H "$as_ada" -H "$json" -d '{"name": "Lunch", "members": []}'
  place=$(pick .id)
  call 'Ada adds Bob' 200 PUT $mount/$noun/$place/members -H "$as_ada" -H "$json" -d "{\"memberId\": \"$bob_id\"}"
  says '"action":"added"'
  call "Bob's $noun" 200 GET $mount/$noun -H "$as_bob"
  says "$place"
  call 'Bob says something there' 201 POST $mount/messages -H "$as_bob" -H "$json" \
    -d "{\"senderId\": \"$bob_id\", \"receiverId\": \"$place\", \"content\": \"Soup at noon?\"}"
  call 'Ada reads it' 200 GET $mount/messages/$place -H "$as_ada"
  says 'Soup at noon?'
  call 'Bob leaves' 200 PUT $mount/$noun/$place/members -H "$as_bob" -H "$json" -d "{\"memberId\": \"$bob_id\"}"
  says '"action":"removed"'
  call 'Who is left' 200 GET $mount/$noun/$place -H "$as_ada"
  says "\"members\":[\"$ada_id\"]"
done

call 'Ada notifies Bob' 201 POST $mount/notifications -H "$as_ada" -H "$json" \
  -d "{\"userId\": \"$bob_id\", \"message\": \"Lunch is ready\"}"
call 'What Bob was told' 200 GET $mount/notifications -H "$as_bob"
says 'Lunch is ready'
call 'Bob deletes his account' 200 DELETE $mount/users/$bob_id -H "$as_bob"
call 'Bob is gone' 404 GET $mount/users/$bob_id -H "$as_ada"
