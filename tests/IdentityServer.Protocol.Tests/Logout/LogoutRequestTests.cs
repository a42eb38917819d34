namespace IdentityServer.Protocol.Tests;

public class LogoutRequestTests
{
    private static readonly ClientSettings Client = new() { ClientId = "app", PostLogoutRedirectUris = ["https://app.example/bye?x=1"] };

    [Fact]
    public void A_registered_address_is_returned_to_with_the_state()
    {
        var request = Parse(
            ("id_token_hint", "h"), ("client_id", "app"), ("logout_hint", "l"), ("ui_locales", "fr en"), ("state", "a b"),
            ("post_logout_redirect_uri", "https://app.example/bye?x=1"));

        Assert.Equal(("h", "app", "l"), (request.IdTokenHint, request.ClientId, request.LogoutHint));
        Assert.Equal(["fr", "en"], request.UiLocales);
        Assert.Null(request.CheckRedirectUri(Client));
        Assert.Equal("https://app.example/bye?x=1&state=a%20b", request.ToUrl());
    }

    [Fact]
    public void Without_state_the_address_is_as_registered() =>
        Assert.Equal("https://app.example/bye?x=1", Parse(("post_logout_redirect_uri", "https://app.example/bye?x=1")).ToUrl());

    [Fact]
    public void Without_address_nothing_is_returned_to()
    {
        Assert.Null(Parse(("state", "s")).ToUrl());
        Assert.Null(Parse().CheckRedirectUri(client: null));
    }

    [Fact]
    public void An_unregistered_address_is_refused() => Parse(("post_logout_redirect_uri", "https://app.example/bye")).CheckRedirectUri(Client).Is(
        "invalid_request", "invalid_post_logout_redirect_uri", "The post_logout_redirect_uri is not one of those registered for this application.");

    [Fact]
    public void An_address_without_a_known_client_is_refused() => Parse(("post_logout_redirect_uri", "https://app.example/bye?x=1"))
        .CheckRedirectUri(client: null).Is("invalid_request", "invalid_post_logout_redirect_uri");

    [Fact]
    public void A_repeated_parameter_is_refused() =>
        LogoutRequest.Parse(Expect.Parameters(("state", "a"), ("state", "b"))).Refused("invalid_request", "repeated_parameter");

    [Fact]
    public void A_hint_does_not_reach_a_log() => Assert.Equal("logout of app", Parse(("client_id", "app"), ("id_token_hint", "eyJ")).ToString());

    private static LogoutRequest Parse(params (string, string)[] pairs) => LogoutRequest.Parse(Expect.Parameters(pairs)).Value();
}
