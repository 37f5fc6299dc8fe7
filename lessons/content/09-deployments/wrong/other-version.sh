# step: update
kubectl set image deployment/hello-world hello=helloworld-app:2.o
