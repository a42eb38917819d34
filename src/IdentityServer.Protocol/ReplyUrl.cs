using System.Text;

namespace IdentityServer.Protocol;

/// <summary>Adds parameters to an address that a client registered, which may have a query of its own (RFC 6749 §3.1.2).</summary>
internal static class ReplyUrl
{
    public static string AppendQuery(string uri, IReadOnlyList<KeyValuePair<string, string>> fields) =>
        fields.Count == 0 ? uri : Append(new StringBuilder(uri), fields, !uri.Contains('?', StringComparison.Ordinal) ? "?" : uri[^1] is '?' or '&' ? "" : "&");

    public static string AppendFragment(string uri, IReadOnlyList<KeyValuePair<string, string>> fields) =>
        Append(new StringBuilder(uri), fields, "#");

    private static string Append(StringBuilder url, IReadOnlyList<KeyValuePair<string, string>> fields, string separator)
    {
        foreach (var (name, value) in fields)
        {
            url.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = "&";
        }

        return url.ToString();
    }
}
