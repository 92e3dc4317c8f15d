# pragma version 0.4.3
"""
@title MockMulticall3
@license Apache-2.0
@notice Answers `aggregate3` as Multicall3 does, for local chains that have none.
"""


struct Call3:
    target: address
    allowFailure: bool
    callData: Bytes[1024]


struct Result:
    success: bool
    returnData: Bytes[4096]


@external
@payable
def aggregate3(calls: DynArray[Call3, 50]) -> DynArray[Result, 50]:
    """
    @notice Makes calls, one after the other.
    @param calls Whom, whether it may fail, and with what.
    @return Of each, whether it succeeded and what it answered.
    """
    results: DynArray[Result, 50] = []
    for item: Call3 in calls:
        success: bool = False
        answer: Bytes[4096] = b""
        success, answer = raw_call(
            item.target, item.callData, max_outsize=4096, revert_on_failure=False
        )
        assert success or item.allowFailure, "Multicall3: call failed"
        results.append(Result(success=success, returnData=answer))
    return results
