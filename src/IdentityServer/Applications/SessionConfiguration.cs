namespace IdentityServer.Applications;

/// <summary>
/// Section <c>sessionConfiguration</c> (not one of FusionAuth's): how long a sign-in counts for this application, where that is
/// shorter than for the server as a whole.
/// </summary>
public sealed record SessionConfiguration
{
    /// <summary>Minutes without use after which people sign in again. Null, not set: as long as the session lasts.</summary>
    public int? IdleMinutes { get; init; }

    /// <summary>Hours after which people sign in again in any case. Null, not set: as long as the session lasts.</summary>
    public int? AbsoluteHours { get; init; }

    /// <summary>Whether "keep me signed in" is offered, and counts.</summary>
    public bool KeepSignedInAllowed { get; init; } = true;
}
