"""Build an ONNX graph, operation by operation."""

from collections import Counter

import numpy as np

from skprognet._extras import import_extra

# The oldest set of operations that torch's exporter writes; onnxruntime has it since 1.14.
OPSET, IR_VERSION = 18, 8


class OnnxGraph:
    """Operations of an ONNX graph in the order of their computation.

    Each value of the graph has a name. A method adds operations on named values and returns the
    name of the result. So ``graph.add("Tanh", graph.linear("features", weight, bias))`` is a layer
    of a network. Values are matrices with a row for each row of features.

    Parameters
    ----------
    n_features : int, default=1
        Number of columns of the value ``"features"``, which is float32 and exists from the start.

    Attributes
    ----------
    types : dict of str to str
        The name of the type of each value.

    See Also
    --------
    export_onnx : Writes the graph of a model.

    Examples
    --------
    >>> import numpy as np
    >>> from skprognet.persistence import OnnxGraph
    >>> graph = OnnxGraph(n_features=3)
    >>> layer = graph.add("Tanh", graph.linear("features", np.ones((2, 3), "float32")))
    >>> layer, graph.types[layer]
    ('Tanh_1', 'float32')
    """

    def __init__(self, n_features=1):
        self._onnx = import_extra("onnx", "onnx")
        self.n_features = n_features
        self.types = {"features": "float32"}
        self._nodes, self._arrays, self._used = [], [], Counter()

    def add(self, operation, *inputs, **attributes):
        """Add an operation with one output.

        Parameters
        ----------
        operation : str
            Name of the operation in ONNX, such as "Tanh".
        *inputs : str
            Names of the inputs. The result has the type of the first.
        **attributes : int, float, str or list
            Attributes of the operation in ONNX, such as ``axis=1``.

        Returns
        -------
        str
            Name of the result.
        """
        output = self._new_name(operation)
        node = self._onnx.helper.make_node(operation, inputs, [output], output, **attributes)
        self._nodes.append(node)
        self.types[output] = self.types[inputs[0]]
        return output

    def constant(self, values):
        """Add an array of fixed numbers.

        Parameters
        ----------
        values : array-like
            The numbers, in a type that ONNX supports.

        Returns
        -------
        str
            Name of the constant.
        """
        values = np.ascontiguousarray(values) if np.ndim(values) else np.asarray(values)
        name = self._new_name("constant")
        self._arrays.append(self._onnx.numpy_helper.from_array(values, name))
        self.types[name] = values.dtype.name
        return name

    def cast(self, value, dtype):
        """Convert a value to another type, unless it already has this type.

        Parameters
        ----------
        value : str
            Name of the value.
        dtype : str
            The type, such as "float64".

        Returns
        -------
        str
            Name of the result.
        """
        if self.types[value] == dtype:
            return value
        kind = self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        result = self.add("Cast", value, to=kind)
        self.types[result] = dtype
        return result

    def linear(self, value, weight, bias=None):
        """Add a matrix product and a sum, ``value @ weight.T + bias``.

        Parameters
        ----------
        value : str
            Name of a matrix of shape (n_rows, n_in).
        weight : ndarray of shape (n_out, n_in)
            The weights, in the type of the value.
        bias : ndarray of shape (n_out,), default=None
            The bias; None adds nothing.

        Returns
        -------
        str
            Name of the result, of shape (n_rows, n_out).
        """
        added = [] if bias is None else [self.constant(bias)]
        return self.add("Gemm", value, self.constant(weight), *added, transB=1)

    def columns(self, value, places):
        """Add a selection of columns.

        Parameters
        ----------
        value : str
            Name of a matrix.
        places : sequence of int or None
            The numbers of the columns, in the wanted order; None means all.

        Returns
        -------
        str
            Name of the result.
        """
        if places is None:
            return value
        return self.add("Gather", value, self.constant(np.array(places, np.int64)), axis=1)

    def join(self, values):
        """Join matrices side by side.

        Parameters
        ----------
        values : list of str
            Names of the matrices, which have one type.

        Returns
        -------
        str
            Name of the result.
        """
        return self.add("Concat", *values, axis=1) if len(values) > 1 else values[0]

    def include(self, model, value):
        """Add the whole graph of another model, which reads one matrix.

        Parameters
        ----------
        model : onnx.ModelProto
            A model with one input and only standard ONNX operations, of `OPSET` or earlier.
        value : str
            Name of the matrix that it reads.

        Returns
        -------
        list of str
            Names of its outputs.
        """
        prefix = f"{self._new_name('module')}/"
        part = self._onnx.compose.add_prefix(model, prefix).graph
        self._nodes.append(self._onnx.helper.make_node("Identity", [value], [part.input[0].name]))
        for item in [*part.node, *part.initializer]:  # torch records paths of this machine
            item.ClearField("metadata_props")
            item.ClearField("doc_string")
        self._nodes.extend(part.node)
        self._arrays.extend(part.initializer)
        for output in part.output:
            kind = self._onnx.helper.tensor_dtype_to_np_dtype(output.type.tensor_type.elem_type)
            self.types[output.name] = kind.name
        return [output.name for output in part.output]

    def to_model(self, result, n_outputs, metadata, name):
        """Return a model with one value as its output.

        Parameters
        ----------
        result : str
            Name of a matrix.
        n_outputs : int
            Number of its columns.
        metadata : dict of str to str
            The metadata of the file.
        name : str
            Name of the output.

        Returns
        -------
        onnx.ModelProto
            The model, for any number of rows.
        """
        helper = self._onnx.helper
        last = helper.make_node("Identity", [result], [name])
        inputs, outputs = (
            helper.make_tensor_value_info(
                label, helper.np_dtype_to_tensor_dtype(np.dtype(self.types[value])), ["n", width]
            )
            for label, value, width in [
                ("features", "features", self.n_features),
                (name, result, n_outputs),
            ]
        )
        nodes = [*self._nodes, last]
        graph = helper.make_graph(nodes, "skprognet", [inputs], [outputs], self._arrays)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="skprognet",
        )
        helper.set_model_props(model, metadata)
        return model

    def _new_name(self, kind):
        self._used[kind] += 1
        return f"{kind}_{self._used[kind]}"
