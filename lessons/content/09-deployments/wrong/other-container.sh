# step: update
kubectl set image deployment/hello-world helloworld-app=helloworld-app:2.0
