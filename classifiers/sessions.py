"""Opens an ONNX graph for serving: on the CPU, with few threads, of the form that ``classifiers.encoder`` asks."""

from onnxruntime import ExecutionMode, InferenceSession, SessionOptions

from classifiers.encoder import ADDED, LOGITS, PIECES
from classifiers.model_files import ModelError

__all__ = ["open_session"]

_ERRORS_ONLY = 3


def open_session(content: bytes, name: str, threads: int = 1) -> InferenceSession:
    """``name`` is what an error calls the graph. Raises ModelError for bytes that are no graph of that form."""
    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = _ERRORS_ONLY
    try:
        session = InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime has an exception class of its own for every status
        raise ModelError(f"{name}: not a graph that can be run: {error}") from error
    inputs, outputs = ([each.name for each in its] for its in (session.get_inputs(), session.get_outputs()))
    if inputs != [PIECES] or outputs != [LOGITS, ADDED]:
        raise ModelError(f"{name}: takes {inputs} and gives {outputs}; {[PIECES]} and {[LOGITS, ADDED]} are needed")
    return session
