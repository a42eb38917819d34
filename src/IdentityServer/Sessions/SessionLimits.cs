using IdentityServer.Applications;

namespace IdentityServer.Sessions;

/// <summary>How long a session counts for one application, where that is shorter than the session itself lasts.</summary>
/// <param name="Idle">The longest pause; null: any.</param>
/// <param name="Absolute">The time since the sign-in; null: any.</param>
public readonly record struct SessionLimits(TimeSpan? Idle, TimeSpan? Absolute)
{
    /// <summary>The limits that an application has of its own.</summary>
    public static SessionLimits Of(Application application) => application.Settings.SessionConfiguration is { } own
        ? new(
            own.IdleMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
            own.AbsoluteHours is { } hours ? TimeSpan.FromHours(hours) : null)
        : default;

    /// <summary>The limits of a session there. One that allows no "keep me signed in" takes a kept session for what others are.</summary>
    public static SessionLimits Of(Application application, SessionOptions server, bool persistent)
    {
        var own = Of(application);
        return persistent && application.Settings.SessionConfiguration is { KeepSignedInAllowed: false }
            ? new(own.Idle ?? TimeSpan.FromMinutes(server.IdleMinutes), own.Absolute ?? TimeSpan.FromHours(server.AbsoluteHours))
            : own;
    }

    /// <summary>
    /// Whether a session still counts. A pause that was too long stays one: that somebody, perhaps another, has used the browser
    /// since does not undo it.
    /// </summary>
    public bool Allow(Session session, DateTimeOffset now) =>
        (Absolute is not { } absolute || now - session.AuthenticatedAt < absolute)
        && (Idle is not { } idle || (now - session.LastSeenAt <= idle && TimeSpan.FromSeconds(session.LongestPauseSeconds) <= idle));
}
