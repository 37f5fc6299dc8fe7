# step: recreate
kubectl set image deployment/web app=my-app:2.0
