using System.Globalization;

namespace IdentityServer.Themes;

/// <summary>Instants as a person reads them: in the page's language, and in their own time zone if it is known.</summary>
public sealed class Moments(string? timezone, string language)
{
    private readonly CultureInfo culture = CultureOf(language);
    private readonly TimeZoneInfo zone = timezone is { } id && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var own) ? own : TimeZoneInfo.Utc;

    /// <summary>Day and time.</summary>
    public InstantView At(DateTimeOffset instant)
    {
        var local = TimeZoneInfo.ConvertTime(instant, zone);
        var text = local.ToString("d MMMM yyyy", culture) + ", " + local.ToString("t", culture) + (zone == TimeZoneInfo.Utc ? " UTC" : string.Empty);
        return new(text, Iso(instant));
    }

    /// <summary>The day alone.</summary>
    public InstantView Day(DateTimeOffset instant) => new(TimeZoneInfo.ConvertTime(instant, zone).ToString("d MMMM yyyy", culture), Iso(instant));

    private static string Iso(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static CultureInfo CultureOf(string language)
    {
        try
        {
            return CultureInfo.GetCultureInfo(language);
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }
}
