import { type Data, type ListFormat, type ListRequest, renderList } from '#template'
import { escapeCell } from '../io/escape.ts'
import type { Context } from '../program/context.ts'

/**
 * Prints a list as its format says. Cells of a table, and everything that goes to a terminal, have their control
 * characters escaped: names, labels and commands are whatever somebody put into an image.
 * @throws InvalidArgument for a bad template, in Docker's words
 */
export function printList<Row>({ streams }: Context, list: ListFormat<Row>, request: ListRequest<Row>): void {
  const isTable = request.format === '' || request.format.startsWith('table')
  const isShown = isTable || streams.out.isTerminal
  streams.out.write(renderList(isShown ? escaped(list) : list, request))
}

function escaped<Row>(list: ListFormat<Row>): ListFormat<Row> {
  const clean = (data: Data) => (typeof data === 'string' ? escapeCell(data) : data)
  const columns = Object.entries(list.columns).map(([name, column]) => [
    name,
    { ...column, value: (row: Row) => clean(column.value(row)) },
  ])
  const lookups = Object.entries(list.lookups ?? {}).map(([name, lookUp]) => [
    name,
    (row: Row, key: string) => escapeCell(lookUp(row, key)),
  ])
  return { ...list, columns: Object.fromEntries(columns), lookups: Object.fromEntries(lookups) }
}
