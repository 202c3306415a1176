import { statusFigures } from './status-figures'

const figures = (status: object) => statusFigures([{ service: 'FeatureStore', status }], 'all')

describe('the figures of a status', () => {
  it('are its numbers, named after service and field, with the process as label', () => {
    expect(figures({ dictionaryHash: 'abc', folded: 7, isOpen: true })).toBe(
      [
        '# TYPE freshet_feature_store_folded gauge',
        'freshet_feature_store_folded{service="all"} 7',
        '# TYPE freshet_feature_store_is_open gauge',
        'freshet_feature_store_is_open{service="all"} 1\n',
      ].join('\n'),
    )
  })

  it('come one a partition where there is a list, of numbers or of messages', () => {
    expect(figures({ lag: [3, 4], partitions: [{ eventsEnd: 5 }, { eventsEnd: 6 }] }).split('\n')).toEqual([
      '# TYPE freshet_feature_store_lag gauge',
      'freshet_feature_store_lag{partition="0",service="all"} 3',
      'freshet_feature_store_lag{partition="1",service="all"} 4',
      '# TYPE freshet_feature_store_partitions_events_end gauge',
      'freshet_feature_store_partitions_events_end{partition="0",service="all"} 5',
      'freshet_feature_store_partitions_events_end{partition="1",service="all"} 6',
      '',
    ])
  })

  it('carry the key of a map as a label, whatever it holds', () => {
    expect(figures({ rejectedByCode: { INVALID_FIELD: 2, 'a"b\n': 1 } })).toContain(
      'freshet_feature_store_rejected_by_code{key="INVALID_FIELD",service="all"} 2\nfreshet_feature_store_rejected_by_code{key="a_b_",service="all"} 1\n',
    )
  })

  it('say NaN where there is no figure yet, and nothing for texts and absences', () => {
    expect(figures({ auc: NaN, version: 'v', nothing: undefined, provenance: { degraded: ['x'] } })).toBe(
      '# TYPE freshet_feature_store_auc gauge\nfreshet_feature_store_auc{service="all"} NaN\n',
    )
  })

  it('of several services stand together under one type line for each name', () => {
    const two = statusFigures(
      [
        { service: 'Ranker', status: { rows: 1 } },
        { service: 'Trainer', status: { rows: 2 } },
      ],
      'p',
    )
    expect(two.match(/# TYPE/g)).toHaveLength(2)
  })
})
