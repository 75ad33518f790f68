import { field, INT64, pointerTo, STRING, structType } from '#template'
import { TEXT_MAP } from '../inspect/common-types.ts'

const optional = { omitEmpty: true }

/** What `docker events --format` works on. */
export const EVENT_MESSAGE = pointerTo(
  structType('events.Message', {
    Status: field(STRING, { json: 'status', ...optional }),
    ID: field(STRING, { json: 'id', ...optional }),
    From: field(STRING, { json: 'from', ...optional }),
    Type: STRING,
    Action: STRING,
    Actor: structType('events.Actor', { ID: STRING, Attributes: TEXT_MAP }),
    Scope: field(STRING, { json: 'scope', ...optional }),
    Time: field(INT64, { json: 'time', ...optional }),
    TimeNano: field(INT64, { json: 'timeNano', ...optional }),
  }),
)
