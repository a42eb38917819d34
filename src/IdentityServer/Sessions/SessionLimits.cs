using IdentityServer.Applications;

namespace IdentityServer.Sessions;

/// <summary>How long a session counts for one application, where that is shorter than the session itself lasts.</summary>
/// <param name="Idle">The longest pause; null: any.</param>
/// <param name="Absolute">The time since the sign-in; null: any.</param>
public readonly record struct SessionLimits(TimeSpan? Idle, TimeSpan? Absolute)
{
    /// <summary>The limits of an application. One that allows no "keep me signed in" takes a kept session for what others are.</summary>
    public static SessionLimits Of(Application application, SessionOptions server, bool persistent)
    {
        var own = application.Settings.SessionConfiguration;
        var asOthers = persistent && own is { KeepSignedInAllowed: false };
        return new(
            own?.IdleMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : asOthers ? TimeSpan.FromMinutes(server.IdleMinutes) : null,
            own?.AbsoluteHours is { } hours ? TimeSpan.FromHours(hours) : asOthers ? TimeSpan.FromHours(server.AbsoluteHours) : null);
    }

    /// <summary>
    /// Whether a session still counts. A pause that was too long stays one: that somebody, perhaps another, has used the browser
    /// since does not undo it.
    /// </summary>
    public bool Allow(Session session, DateTimeOffset now) =>
        (Absolute is not { } absolute || now - session.AuthenticatedAt < absolute)
        && (Idle is not { } idle || (now - session.LastSeenAt <= idle && TimeSpan.FromSeconds(session.LongestPauseSeconds) <= idle));
}
