import { ranker } from '@freshet/contracts/services'
import { statusFigures } from './status-figures'

const figures = (status: object) => statusFigures([{ service: 'Migrator', status }], 'all')

describe('the figures of a status', () => {
  it('are its numbers, named after service and field, with the process as label', () => {
    expect(figures({ dictionaryHash: 'abc', folded: 7, isOpen: true })).toBe(
      [
        '# HELP freshet_migrator_folded of GetStatus of Migrator',
        '# TYPE freshet_migrator_folded gauge',
        'freshet_migrator_folded{service="all"} 7',
        '# HELP freshet_migrator_is_open of GetStatus of Migrator',
        '# TYPE freshet_migrator_is_open gauge',
        'freshet_migrator_is_open{service="all"} 1\n',
      ].join('\n'),
    )
  })

  it('come one a partition where there is a list, of numbers or of messages', () => {
    expect(figures({ lag: [3, 4], partitions: [{ eventsEnd: 5 }, { eventsEnd: 6 }] }).split('\n')).toEqual([
      '# HELP freshet_migrator_lag of GetStatus of Migrator',
      '# TYPE freshet_migrator_lag gauge',
      'freshet_migrator_lag{partition="0",service="all"} 3',
      'freshet_migrator_lag{partition="1",service="all"} 4',
      '# HELP freshet_migrator_partitions_events_end of GetStatus of Migrator',
      '# TYPE freshet_migrator_partitions_events_end gauge',
      'freshet_migrator_partitions_events_end{partition="0",service="all"} 5',
      'freshet_migrator_partitions_events_end{partition="1",service="all"} 6',
      '',
    ])
  })

  it('carry the key of a map as a label, whatever it holds', () => {
    expect(figures({ rejectedByCode: { INVALID_FIELD: 2, 'a"b\n': 1 } })).toContain(
      'freshet_migrator_rejected_by_code{key="INVALID_FIELD",service="all"} 2\nfreshet_migrator_rejected_by_code{key="a_b_",service="all"} 1\n',
    )
  })

  it('say NaN where there is no figure yet, and nothing for texts and absences', () => {
    expect(figures({ auc: NaN, version: 'v', nothing: undefined, provenance: { degraded: ['x'] } })).toBe(
      '# HELP freshet_migrator_auc of GetStatus of Migrator\n# TYPE freshet_migrator_auc gauge\nfreshet_migrator_auc{service="all"} NaN\n',
    )
  })

  it('of several services stand together under one type line for each name', () => {
    const two = statusFigures(
      [
        { service: 'Ranker', status: ranker.GetStatusResponse.fromPartial({ rows: 1 }) },
        { service: 'Ranker', status: ranker.GetStatusResponse.fromPartial({ rows: 2 }) },
      ],
      'p',
    )
    expect(
      two.match(/# TYPE freshet_ranker_rows gauge\nfreshet_ranker_rows{service="p"} 1\nfreshet_ranker_rows{service="p"} 2/g),
    ).toHaveLength(1)
  })
})
