namespace IdentityServer.Themes;

/// <summary>
/// What a browser gets when there is nowhere to send it. A developer reads what is wrong; nothing of the request but
/// its own mistakes is repeated, and nothing in it becomes a link.
/// </summary>
/// <param name="Code">The protocol's code, such as <c>invalid_request</c>.</param>
/// <param name="Reason">Our word for the case, such as <c>redirect_uri_mismatch</c>.</param>
/// <param name="Description">One English sentence for the developer.</param>
/// <param name="Reference">What an administrator finds the log entry by.</param>
/// <param name="Status">The HTTP status.</param>
public sealed record ErrorPage(string Code, string Reason, string Description, string Reference, int Status = StatusCodes.Status400BadRequest)
    : IPage<ErrorPage>
{
    /// <inheritdoc/>
    public static string Template => "error";

    /// <inheritdoc/>
    public static ErrorPage Sample => new(
        "invalid_request", "redirect_uri_mismatch", "The redirect_uri is not one that is registered for this application.", "0HN7Q2K3");

    /// <inheritdoc/>
    public static IReadOnlyList<ErrorPage> Samples =>
    [
        Sample,
        Sample with { Code = "not_found", Reason = "not_found", Description = "", Status = StatusCodes.Status404NotFound },
        Sample with { Code = "server_error", Reason = "", Description = "", Status = StatusCodes.Status500InternalServerError },
        Sample with { Code = "temporarily_unavailable", Reason = "", Description = "", Status = StatusCodes.Status503ServiceUnavailable },
    ];

    /// <summary>Nothing lives at this address.</summary>
    public bool Missing => Status == StatusCodes.Status404NotFound;

    /// <summary>Worth trying again in a moment.</summary>
    public bool Busy => Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable;

    /// <summary>Our fault.</summary>
    public bool Fault => Status >= StatusCodes.Status500InternalServerError && !Busy;
}
