/** What `freshet import --help` says beyond its options. */
export const IMPORT_HELP = `
Sources:
  movielens     a folder with ml-100k.inter, .item and .user (RecBole), or with ratings.csv and movies.csv (GroupLens)
  retailrocket  a folder with events.csv (timestamp, user, item, event); test.csv is left alone
  deskdrop      a folder with users_interactions.csv
  frappe        a folder with frappe.csv and meta.csv; the file has no times, so its lines stand one second apart
  events        your own: a CSV file with a header, or JSON lines (.jsonl, .ndjson) as POST /v1/events takes them

Without --data, a public data set goes into one of its own name: see it by 'freshet evaluate --data movielens'.
Importing a file again changes nothing: its records keep their ids. Live writes are refused meanwhile, as something to send again.

A mapping says which column of your file fills which field of an event; columns that it does not name are left out:
  columns:
    customer: user_id        # also event_id, session_id, value, request_id
    sku: item_id
    action: type
    at: time_ms
    town: context.city       # context.NAME: what the situation was
  types: { bought: purchase, seen: view }   # how the file spells event types
  defaults: { type: view }                  # where the column is absent or empty
  time: iso                                 # or s, or ms (which holds without it)
  delimiter: ';'                            # of a CSV file; a comma without it`
