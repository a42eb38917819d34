namespace IdentityServer.Api;

/// <summary>Where a call was made, as browsers say it: what a cookie alone may do depends on it.</summary>
internal enum RequestSource
{
    /// <summary>Nothing says so: a program, or a very old browser.</summary>
    Unknown,

    /// <summary>A page of our own origin.</summary>
    Own,

    /// <summary>A page of another origin, or one that hides its own.</summary>
    Foreign,
}

/// <summary>Reads it from the headers that scripts can't set: <c>Origin</c> (Fetch §3.2) and <c>Sec-Fetch-Site</c> (Fetch Metadata §2.3).</summary>
internal static class RequestSources
{
    private const string SameOrigin = "same-origin";

    /// <summary>Where the call was made.</summary>
    public static RequestSource Of(IHeaderDictionary headers, PublicAddress address)
    {
        var (origin, site) = (headers.Origin.ToString(), headers["Sec-Fetch-Site"].ToString());
        var isOwnOrigin = origin == address.Value;
        if (site is not ("" or "none" or SameOrigin) || (origin.Length > 0 && !isOwnOrigin && !(origin == "null" && site == SameOrigin)))
        {
            return RequestSource.Foreign;
        }

        return isOwnOrigin || site == SameOrigin ? RequestSource.Own : RequestSource.Unknown;
    }

    /// <summary>
    /// Whether a cookie counts here that proves something by itself. Nobody else can read what a GET answers, and it changes nothing;
    /// for everything else it must be known that a page of ours made it.
    /// </summary>
    public static bool CountsCookies(this RequestSource source, string method) =>
        source is RequestSource.Own || (source is RequestSource.Unknown && HttpMethods.IsGet(method));
}
