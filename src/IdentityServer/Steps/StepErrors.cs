using System.Globalization;

namespace IdentityServer.Steps;

/// <summary>What more than one step has to say.</summary>
internal static class StepErrors
{
    /// <summary>The post was not the person's own, or not any more.</summary>
    public static FieldErrors Stale() => new FieldErrors().AddGeneral("stale", "This page was open for too long. Try again.");

    /// <summary>429; the header says when to come back (RFC 6585 §4).</summary>
    public static FieldErrors TooManyRequests(HttpContext http, TimeSpan retryAfter)
    {
        SetRetryAfter(http, retryAfter);
        return new FieldErrors().AddGeneral("tooManyRequests", "Too many tries. Wait a little.");
    }

    /// <summary>Says when to come back (RFC 9110 §10.2.3).</summary>
    public static void SetRetryAfter(HttpContext http, TimeSpan retryAfter) =>
        http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
