# step: address
kubectl exec client -- sh -c "echo {{ pods.filter(p, p.metadata.namespace == 'default' && p.metadata.?labels.?app.orValue('') == 'web')[0].status.podIP }} > /tmp/address"
kubectl exec client -- sh -c 'wget -T 2 -qO- http://$(cat /tmp/address):8080'
kubectl delete pod {{ pods.filter(p, p.metadata.namespace == 'default' && p.metadata.?labels.?app.orValue('') == 'web')[0].metadata.name }} --wait=false
kubectl exec client -- sh -c 'wget -T 2 -qO- http://$(cat /tmp/address):8080 || true'

# step: service
cat > service.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
EOF
kubectl apply -f service.yaml
kubectl exec client -- sh -c 'for i in 1 2 3 4 5 6; do wget -T 2 -qO- http://web; done'

# step: behind
kubectl rollout restart deployment web
kubectl get endpointslices

# step: mismatch
kubectl exec client -- sh -c 'wget -T 2 -qO- http://shop || true'
kubectl set selector service shop app=web

# step: names
kubectl exec -n guests deploy/visitor -- sh -c 'wget -T 2 -qO- http://web || true'
kubectl exec -n guests deploy/visitor -- wget -T 2 -qO- http://web.default
