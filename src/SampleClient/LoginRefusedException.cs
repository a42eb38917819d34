namespace SampleClient;

/// <summary>
/// Something in a login did not check out. Whatever went before it has no effect; the user sees a page that says what happened.
/// </summary>
/// <param name="title">The heading of the page.</param>
/// <param name="detail">What happened and what to do about it.</param>
/// <param name="status">The HTTP status of the page.</param>
internal sealed class LoginRefusedException(string title, string detail, int status = StatusCodes.Status400BadRequest) : Exception(title)
{
    public string Detail => detail;

    public int Status => status;

    /// <summary>The error code of the provider (RFC 6749 §4.1.2.1 and §5.2), where it was the provider that refused.</summary>
    public string? ErrorCode { get; init; }
}
