export { onnxBytes } from './onnx-bytes'
export { compileOnnx, type OnnxOptions } from './runtime'
