import { bytesOf } from '@freshet/kernel'
import type { Shape } from '@freshet/tensor'
import { MessageWriter } from './protobuf'

/** One ONNX operation: names in, names out. */
export interface OnnxNode {
  readonly type: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** A number is written as a whole one, a `float` as it is. */
  readonly attributes: Readonly<Record<string, Attribute>>
  /** Who defined the operation; by default ONNX. */
  readonly domain?: string
}

type Attribute = number | readonly number[] | { readonly float: number }

/** The domain of operations that ONNX Runtime adds to those of ONNX. */
export const RUNTIME_DOMAIN = 'com.microsoft'

/** A tensor that is part of the model. */
export interface Initializer {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array | BigInt64Array
}

/** A named tensor of Float32 that goes in or out. */
export interface Port {
  readonly name: string
  readonly shape: Shape
}

/** What an ONNX file holds, as far as we write it. */
export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

/** TensorProto.DataType */
export const ELEMENT_FLOAT = 1
const ELEMENT_INT64 = 7
/** TensorProto.DataType */
export const ELEMENT_BOOL = 9

// from 18 on, axes are inputs of every reduction, and what we use has not changed up to 21
const OPSET = 18
const DOMAIN_VERSION = 1 // of all other domains that we write
const IR_VERSION = 8 // the first that carries opset 18

/**
 * The bytes of a model file.
 *
 *     ModelProto { ir_version = 1, producer_name = 2, graph = 7, opset_import = 8 { domain = 1, version = 2 } }
 *     GraphProto { node = 1, name = 2, initializer = 5, input = 11, output = 12 }
 *
 * source  onnx.proto3 of ONNX 1.14
 */
export function modelBytes(graph: OnnxGraph): Uint8Array {
  const file = new MessageWriter()
    .int(1, IR_VERSION)
    .text(2, 'freshet')
    .message(7, (to) => writeGraph(to, graph))
    .message(8, (to) => to.text(1, '').int(2, OPSET))
  const domains = new Set(graph.nodes.flatMap(({ domain }) => domain ?? []))
  for (const domain of domains) file.message(8, (to) => to.text(1, domain).int(2, DOMAIN_VERSION))
  return file.finish()
}

function writeGraph(to: MessageWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) to.message(1, (inner) => writeNode(inner, node))
  to.text(2, graph.name)
  for (const initializer of graph.initializers) to.message(5, (inner) => writeTensor(inner, initializer))
  for (const port of graph.inputs) to.message(11, (inner) => writePort(inner, port))
  for (const port of graph.outputs) to.message(12, (inner) => writePort(inner, port))
}

/** NodeProto { input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7 } */
function writeNode(to: MessageWriter, { type, inputs, outputs, attributes, domain }: OnnxNode): void {
  for (const name of inputs) to.text(1, name)
  for (const name of outputs) to.text(2, name)
  to.text(3, `${type}:${outputs[0]}`).text(4, type)
  for (const [name, value] of Object.entries(attributes)) to.message(5, (inner) => writeAttribute(inner, name, value))
  if (domain !== undefined) to.text(7, domain)
}

const ATTRIBUTE_FLOAT = 1
const ATTRIBUTE_INT = 2
const ATTRIBUTE_INTS = 7

/** AttributeProto { name = 1, f = 2, i = 3, ints = 8, type = 20 } */
function writeAttribute(to: MessageWriter, name: string, value: Attribute): void {
  to.text(1, name)
  if (typeof value === 'number') to.int(3, value).int(20, ATTRIBUTE_INT)
  else if ('float' in value) to.float(2, value.float).int(20, ATTRIBUTE_FLOAT)
  else value.reduce((writer, element) => writer.int(8, element), to).int(20, ATTRIBUTE_INTS)
}

/** TensorProto { dims = 1, data_type = 2, name = 8, raw_data = 9 } */
function writeTensor(to: MessageWriter, { name, shape, data }: Initializer): void {
  for (const length of shape) to.int(1, length)
  to.int(2, data instanceof Float32Array ? ELEMENT_FLOAT : ELEMENT_INT64)
    .text(8, name)
    .bytes(9, bytesOf(data))
}

/**
 * ValueInfoProto { name = 1, type = 2 TypeProto { tensor_type = 1 { elem_type = 1, shape = 2 { dim = 1 } } } };
 * Dimension { dim_value = 1 | dim_param = 2 }
 */
function writePort(to: MessageWriter, { name, shape }: Port): void {
  to.text(1, name).message(2, (type) =>
    type.message(1, (tensor) => tensor.int(1, ELEMENT_FLOAT).message(2, (dimensions) => writeDimensions(dimensions, shape))),
  )
}

function writeDimensions(to: MessageWriter, shape: Shape): void {
  for (const length of shape) to.message(1, (inner) => (typeof length === 'number' ? inner.int(1, length) : inner.text(2, length)))
}
