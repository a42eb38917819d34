var app = SampleClient.SampleApp.Build(args);
app.Run();
