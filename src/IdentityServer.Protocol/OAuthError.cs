using System.Text.Json;

// IdentityServer.Protocol is OAuth 2, OpenID Connect and JOSE as pure functions and values: requests are parsed,
// rules are checked, answers and tokens are written. It knows no HTTP, database, clock, container or log; whoever
// calls it brings the pairs, the keys and the time, and decides what is stored.
namespace IdentityServer.Protocol;

/// <summary>What the client is told (RFC 6749 §4.1.2.1, §5.2), and what only the log is told.</summary>
/// <param name="Code">The <c>error</c> of the specification.</param>
/// <param name="Reason">The precise cause, sent as <c>error_reason</c>.</param>
/// <param name="Description">A sentence for the client's developer; never repeats what a request contained.</param>
/// <param name="Status">The HTTP status where the error is answered directly.</param>
/// <param name="Detail">For the log alone.</param>
public sealed partial record OAuthError(string Code, string Reason, string Description, int Status = 400, string? Detail = null)
{
    /// <summary>RFC 6749 §4.1.2.1 and §5.2 keep quotes, backslashes and everything outside printable ASCII out of it.</summary>
    public string Description { get; init; } = Printable(Description);

    /// <summary>Adds a cause for the log; the client's answer does not change.</summary>
    public OAuthError Because(string detail) => this with { Detail = detail };

    /// <summary>RFC 6749 §5.2: the body of an error that is answered directly.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("error"u8, Code);
        writer.WriteString("error_description"u8, Description);
        writer.WriteString("error_reason"u8, Reason);
        writer.WriteEndObject();
    }

    private static bool IsPrintable(char c) => c is >= ' ' and <= '~' and not '"' and not '\\';

    private static string Printable(string text) =>
        text.All(IsPrintable) ? text : string.Concat(text.Select(c => IsPrintable(c) ? c : c == '"' ? '\'' : '?'));
}
